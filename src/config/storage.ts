import { text } from '../settings/parsers.ts';
import { Complaint, given, optional } from '../settings/variable.ts';

const databaseUrl = (value: string) => {
  if (/^postgres(ql)?:/.test(value)) {
    return new Complaint('must be sqlite:PATH; PostgreSQL is not supported by this version yet');
  }
  const path = /^sqlite:(.+)$/.exec(value)?.[1];
  return path ?? new Complaint('must be sqlite:PATH');
};

/** Where data is kept. */
export const storageVariables = {
  DATA_DIR: given('./data', 'embedded database, videos and uploads', text),
  DATABASE_URL: optional('sqlite:PATH; unset: reelay.db in DATA_DIR', databaseUrl),
};
