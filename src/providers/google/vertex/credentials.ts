import { readFile } from 'node:fs/promises';
import { Agent, fetch as undiciFetch } from 'undici';
import type { AuthClient } from 'google-auth-library';
import { DeadlineSignal } from '../../../time/deadline.ts';
import { isObject, parseJson, textOf, type Unknowns } from '../../http/json.ts';
import type { Headers } from '../../http/http.ts';

/** The credentials of the account. */
export interface CredentialsOptions {
  /** Used as it is; null: there is none. */
  readonly accessToken: string | null;
  /** A file of credentials; null: those of the machine (its user, or the metadata server of Google Cloud). */
  readonly credentialsFile: string | null;
  /** For getting one token. */
  readonly timeoutMs: number;
}

/** The headers of an authorized request, or why there are none. A reason has no secret and no path. */
export type Authorization =
  | { readonly kind: 'authorized'; readonly headers: Headers }
  /** The credentials are missing or no longer accepted: the operator must change them. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };

const scope = 'https://www.googleapis.com/auth/cloud-platform';
/** Where the library gets tokens, whatever the file says; Google's other libraries follow the `token_uri` of the file. */
const libraryTokenUrl = 'https://oauth2.googleapis.com/token';
/** No caller waits longer for a token, in milliseconds: the metadata server answers within a second where there is one. */
const longestTokenMs = 10_000;

/** Gets and renews access tokens; one request for all who ask at once. */
export class Credentials implements AsyncDisposable {
  readonly #options: CredentialsOptions;
  readonly #agent = new Agent({ allowH2: false });
  #client: Promise<AuthClient> | null = null;

  constructor(options: CredentialsOptions) {
    this.#options = options;
  }

  /** The headers for a request to Google's own addresses. */
  async authorize(): Promise<Authorization> {
    const { accessToken } = this.#options;
    if (accessToken !== null) return authorized({ authorization: `Bearer ${accessToken}` });
    using deadline = new DeadlineSignal(Math.min(longestTokenMs, this.#options.timeoutMs));
    const late = Promise.withResolvers<never>();
    deadline.signal.addEventListener('abort', () => late.reject(new Error('timeout')));
    try {
      const headers = await Promise.race([this.#headers(), late.promise]);
      return authorized(Object.fromEntries(headers));
    } catch (error) {
      return deadline.hasPassed
        ? { kind: 'unavailable', reason: 'no access token was issued in time' }
        : faultOf(error);
    }
  }

  /** Why no request can be authorized, as far as this machine alone shows it; null where nothing speaks against it. */
  async findFault(): Promise<string | null> {
    const { accessToken, credentialsFile } = this.#options;
    if (accessToken !== null) return null;
    if (credentialsFile === null) {
      const authorization = await this.authorize();
      return authorization.kind === 'refused' ? authorization.reason : null;
    }
    try {
      await readCredentials(credentialsFile);
      return null;
    } catch (error) {
      if (error instanceof CredentialsFileError) return `it ${error.message}`;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }

  async #headers(): Promise<Iterable<[string, string]>> {
    // A client that could not be made is tried again: the file may be there by then.
    this.#client ??= this.#createClient().catch((error: unknown) => {
      this.#client = null;
      throw error;
    });
    return (await this.#client).getRequestHeaders();
  }

  async #createClient(): Promise<AuthClient> {
    // Imported only where it is used: 12 MB.
    const { GoogleAuth, JWT, gaxios } = await import('google-auth-library');
    const { credentialsFile } = this.#options;
    const file = credentialsFile === null ? null : await readCredentials(credentialsFile);
    const tokenUrl = tokenUrlOf(file);
    const transporter = new gaxios.Gaxios({
      retry: false,
      fetchImplementation: ((input: string | URL | Request, init?: RequestInit) => {
        const url = input instanceof Request ? input.url : String(input);
        const options = { ...init, dispatcher: this.#agent } as unknown as Parameters<typeof undiciFetch>[1];
        return undiciFetch(tokenUrl !== null && url === libraryTokenUrl ? tokenUrl : url, options);
      }) as unknown as typeof fetch,
    });
    if (file !== null && file['type'] === 'service_account') {
      const client = new JWT({ scopes: [scope], transporter });
      client.fromJSON(file);
      return client;
    }
    // Other kinds of files too: the library finds the file by the same variable.
    return new GoogleAuth({ scopes: [scope], clientOptions: { transporter } }).getClient();
  }
}

const authorized = (headers: Headers): Authorization => ({ kind: 'authorized', headers });

/** @throws CredentialsFileError */
async function readCredentials(path: string): Promise<Unknowns> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new CredentialsFileError(`cannot be read (${codeOf(error) ?? 'unknown error'})`);
  }
  const json = parseJson(text);
  if (!isObject(json)) throw new CredentialsFileError('is not a JSON object');
  return json;
}

/** The `token_uri` of a file of credentials; null where it has none. */
function tokenUrlOf(file: Unknowns | null): string | null {
  const url = textOf(file?.['token_uri']);
  return url !== null && /^https?:$/.test(URL.parse(url)?.protocol ?? '') ? url : null;
}

/** The message is a clause that follows the name of the variable. */
class CredentialsFileError extends Error {
  override readonly name = 'CredentialsFileError';
}

/** Errors of the library carry requests with assertions and keys: only known words leave this function. */
function faultOf(error: unknown): Authorization {
  if (error instanceof CredentialsFileError) {
    return { kind: 'refused', reason: `the file of GOOGLE_APPLICATION_CREDENTIALS ${error.message}` };
  }
  const response = error instanceof Error && 'response' in error ? error.response : null;
  if (isObject(response)) {
    const status = typeof response['status'] === 'number' ? response['status'] : 0;
    const data = response['data'];
    const word = isObject(data) ? textOf(data['error']) : null;
    const reason = `the token endpoint answers HTTP ${status}${word !== null && /^[a-z_]{1,40}$/.test(word) ? ` ${word}` : ''}`;
    return status >= 400 && status < 500 && status !== 408 && status !== 429
      ? { kind: 'refused', reason }
      : { kind: 'unavailable', reason };
  }
  const code = codeOf(error);
  if (code !== null) return { kind: 'unavailable', reason: `the token endpoint cannot be reached (${code})` };
  const message = error instanceof Error ? error.message : '';
  if (/default credentials/i.test(message)) {
    return {
      kind: 'refused',
      reason:
        'no credentials of Google Cloud were found: set GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_ACCESS_TOKEN',
    };
  }
  return { kind: 'refused', reason: 'the credentials of Google Cloud cannot be used' };
}

/** The code of a system error, also where it is the cause of another. */
function codeOf(error: unknown): string | null {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string' && /^[A-Z_\d]+$/.test(at.code)) return at.code;
  }
  return null;
}
