import { validateMessage } from 'graphql-ws';
import { parseJson } from '../../graphql/params.ts';

/** The reason why graphql-ws does not accept a message, for its sender; null if it cannot be told. */
export function faultOf(message: string): string | null {
  const parsed = parseJson(message);
  if (parsed === undefined) return 'The message must be JSON';
  try {
    validateMessage(parsed);
    return null;
  } catch (error) {
    // Some reasons quote what was sent, which may be too deep for that.
    return error instanceof Error && !(error instanceof RangeError) ? error.message : null;
  }
}
