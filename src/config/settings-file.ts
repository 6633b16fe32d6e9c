import { readFileSync } from 'node:fs';
import { ConfigError } from '../settings/config-error.ts';

/** A name, which may follow `export`, an equals sign, and the beginning of a value. */
const assignment = /^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*/;
/** A value in quotes, which may have several lines, and what may follow it. */
const quoted = /^(?:"((?:[^"\\]|\\[^])*)"|'([^']*)'|`([^`]*)`)[ \t]*(?:#.*)?$/m;

/** The assignments of a settings file, in the order of its lines, and the lines that are none. */
interface Lines {
  readonly values: ReadonlyMap<string, string>;
  readonly faults: readonly ConfigError[];
}

/**
 * Reads a file of settings such as `.env`: `NAME=VALUE` lines, comments after `#`, values in quotes where they have
 * spaces at an end, a `#` or several lines. Node's own reader takes a line without an equals sign for the beginning of the next
 * name, and an open quote for the end of the next one, so that a wrong line silently takes other settings with it.
 *
 * @returns null where there is no such file
 * @throws ConfigError for a file that cannot be read, and for every wrong line, without what it says: it may be a secret
 */
export function readSettingsFile(file: string): ReadonlyMap<string, string> | null {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOENT') return null;
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') throw new ConfigError(file, 'must be UTF-8');
    throw new ConfigError(file, `cannot be read (${code}): make it a file that this user may read`);
  }
  const { values, faults } = linesOf(file, text.replaceAll(/\r\n?/g, '\n'));
  if (faults.length > 0) throw ConfigError.together(faults);
  return values;
}

function linesOf(file: string, text: string): Lines {
  const values = new Map<string, string>();
  const firstLines = new Map<string, number>();
  const faults: ConfigError[] = [];
  let line = 0;
  for (let rest = text; rest !== '';) {
    line += 1;
    const end = rest.includes('\n') ? rest.indexOf('\n') : rest.length;
    const whole = rest.slice(0, end);
    const fault = (expectation: string) =>
      faults.push(new ConfigError(`${file}, line ${line},`, expectation));
    const [start, name = ''] = assignment.exec(whole) ?? [];
    let taken = end;
    if (start === undefined) {
      if (!/^\s*(?:#|$)/.test(whole)) fault('must be NAME=VALUE, or a comment after #');
    } else {
      const first = firstLines.get(name);
      if (first !== undefined) fault(`sets ${name} again, after line ${first}: remove one of them`);
      firstLines.set(name, line);
      const value = valueAt(rest.slice(start.length));
      if (value === null) fault(`has an open quote, or text after a closed one, in the value of ${name}`);
      else {
        values.set(name, value.text);
        taken = start.length + value.length;
      }
    }
    line += rest.slice(0, taken).split('\n').length - 1;
    rest = rest.slice(taken + 1);
  }
  return { values, faults };
}

/** The value at the beginning of a text, and the length of what was read; null for quotes that do not match. */
function valueAt(text: string): { readonly text: string; readonly length: number } | null {
  if (/^["'`]/.test(text)) {
    const [all, double, single, back] = quoted.exec(text) ?? [];
    if (all === undefined) return null;
    const value = double?.replaceAll(/\\([^])/g, (pair, letter: string) => escapes[letter] ?? pair);
    return { text: value ?? single ?? back ?? '', length: all.length };
  }
  const [line = ''] = /^.*/.exec(text) ?? [];
  return { text: line.replace(/(?:^|\s+)#.*$/, '').trim(), length: line.length };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };
