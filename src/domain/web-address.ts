/**
 * True if a string is one absolute http or https URL. WHATWG's parser would also take several with
 * line breaks between them for one, and `https:host` for `https://host`: both are mistakes that would be paid for.
 */
export const isWebAddress = (text: string): boolean =>
  /^\s*https?:\/\/[^\s/?#][^\s]*\s*$/i.test(text) &&
  // Control characters inside are dropped or encoded by the parser, half a character becomes another one.
  !/\p{Cc}/u.test(text.trim()) &&
  text.isWellFormed() &&
  URL.canParse(text);
