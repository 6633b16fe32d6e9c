#!/usr/bin/env node
/** The command of the package: an older Node gets as far as the line below, and not into the syntax of the rest. */
const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  process.stderr.write(
    `reelay requires Node 24 or newer; this is ${process.version}. "npm install node@24" in this folder gives it one.\n`,
  );
  process.exit(2);
}
await import('./main.ts');
