/**
 * True if an `accept-encoding` header names an encoding, and not with a q-value of 0.
 *
 * @param name letters only
 */
export const acceptsEncoding = (header: string, name: string): boolean =>
  new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:\\.0*)?(?:,|$))`).test(header);
