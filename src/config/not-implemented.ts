/** Variables of the documented table that this version does not implement: a start with one of them is refused. */
export const notImplemented: readonly string[] = ['ADMINS'];
