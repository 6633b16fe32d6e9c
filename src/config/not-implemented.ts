/** Variables of the documented table that this version does not implement: a start with one of them is refused. */
const refused = ['ADMINS'];

/** The same, but other programs of the machine read them too: a start warns of them. */
const shared = [
  'GEMINI_API_KEY',
  'GOOGLE_ACCESS_TOKEN',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'GOOGLE_CLOUD_LOCATION',
  'GOOGLE_CLOUD_PROJECT',
  'GOOGLE_POLL_INTERVAL_MS',
];

/** The names of these lists that this version does not implement. */
export const notImplemented = (
  implemented: ReadonlySet<string>,
): { readonly refused: readonly string[]; readonly shared: readonly string[] } => ({
  refused: refused.filter((name) => !implemented.has(name)),
  shared: shared.filter((name) => !implemented.has(name)),
});
