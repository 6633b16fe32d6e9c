/** Headers whose value opens an account. */
const secretHeaders = ['authorization', 'x-goog-api-key'];
/** No real key is shorter; what is shorter may be a word of any text. */
const shortestSecret = 8;

/**
 * A response without the keys of its request: Google's refusals name them ("Consumer 'api_key:…' has been suspended"), and
 * errors quote what a provider says.
 */
export const withoutSecrets = (text: string, headers: Readonly<Record<string, string>>): string =>
  secretHeaders
    .map((name) => headers[name]?.replace(/^Bearer /, '') ?? '')
    .filter((secret) => secret.length >= shortestSecret)
    .reduce((shown, secret) => shown.replaceAll(secret, '…'), text);
