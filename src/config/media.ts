import { list } from './parsers.ts';
import { Complaint, given } from './variable.ts';

const hosts = (value: string) => {
  const names = list(value);
  return names.every((name) => URL.canParse(`http://${name}`) && !/[/@?#]/.test(name))
    ? names.map((name) => name.toLowerCase())
    : new Complaint('must be a comma-separated list of host names, each with or without :PORT');
};

/** Videos and images. */
export const mediaVariables = {
  FETCH_ALLOW_HOSTS: given(
    '',
    'hosts (NAME or NAME:PORT) that may be private addresses in outgoing fetches',
    hosts,
  ),
};
