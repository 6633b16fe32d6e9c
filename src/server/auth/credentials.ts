/** The credential of an HTTP `Authorization` header; null without the word Bearer before it. */
export const bearerOf = (header: string | undefined): string | null =>
  header?.slice(0, scheme.length).toLowerCase() === scheme
    ? header.slice(scheme.length).trim() || null
    : null;

const scheme = 'bearer ';

/**
 * The credential of `connectionParams`: `authorization` in any letter case, at the top or inside `headers`, with or
 * without the word Bearer. Clients choose these names: GraphiQL and many client libraries pass HTTP headers on.
 */
export function credentialOf(connectionParams: unknown): string | null {
  const atTheTop = valueNamed(connectionParams, 'authorization');
  const authorization = isText(atTheTop)
    ? atTheTop
    : valueNamed(valueNamed(connectionParams, 'headers'), 'authorization');
  return isText(authorization) ? authorization.replace(/^\s*bearer(?:\s+|$)/i, '').trim() || null : null;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';

function valueNamed(object: unknown, name: string): unknown {
  if (typeof object !== 'object' || object === null) return undefined;
  return Object.entries(object).find(([key]) => key.toLowerCase() === name)?.[1];
}
