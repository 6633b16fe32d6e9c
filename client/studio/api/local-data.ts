const prefix = 'reelay:';
/**
 * Settings of the device, and the keys of paid requests without a response: with another key, the same request would be
 * paid twice.
 */
const keptNames = ['theme', 'locale', 'notify', 'presses'];

/** Removes what this device keeps of the user: drafts, favourites, and whatever else a page of the studio stored. */
export function forgetUser(): void {
  for (const storage of [localStorage, sessionStorage]) {
    for (const name of Object.keys(storage)) {
      if (name.startsWith(prefix) && !keptNames.includes(name.slice(prefix.length))) storage.removeItem(name);
    }
  }
}
