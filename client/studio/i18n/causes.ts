import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

/** The technical reasons that the server gives in English, with `{}` for what varies, and how they are said. */
export const causeTexts: readonly (readonly [
  english: string,
  say: (...values: string[]) => MessageDescriptor,
])[] = [
  ['HTTP {} without a JSON object', (status = '') => msg`HTTP ${status}, unreadable`],
  ['HTTP {} without a code', (status = '') => msg`HTTP ${status}, unreadable`],
  ['success without a video link', () => msg`success without a link to the video`],
  ['the response is about another task', () => msg`the response is about another task`],
  ['state "{}"', (state = '') => msg`unknown status “${state}”`],
  ['code {} without a record', (code = '') => msg`code ${code} without data`],
  ['{} responded with {}: {}', (_provider = '', code = '', words = '') => msg`code ${code}: “${words}”`],
  ['{} responded with {}', (_provider = '', code = '') => msg`code ${code}`],
  ['{} could not be reached: {}', (_provider = '', code = '') => msg`no connection: ${code}`],
  ['the source answered with HTTP status {}', (status = '') => msg`the source responded with HTTP ${status}`],
  [
    'the source serves {}',
    (what = '') =>
      what === 'something that is no video'
        ? msg`the link does not lead to a video`
        : msg`the link leads to ${what}`,
  ],
  ['the file is not whole: {}', () => msg`the file is incomplete`],
  ['it did not arrive within {} s', (seconds = '') => msg`it did not arrive within ${seconds} s`],
  ['its host cannot be reached ({})', (code = '') => msg`its host cannot be reached: ${code}`],
  ['the upload answered {}', (code = '') => msg`code ${code}`],
];

/** A technical reason in the user's language; as the server gave it where it is another one. */
export function causeText(i18n: I18n, reason: string): string {
  for (const [english, say] of causeTexts) {
    const values = matchOf(english, reason);
    if (values !== null) return i18n.t(say(...values));
  }
  return reason;
}

/** What stands in the place of each `{}`; null if the text is another one. */
function matchOf(english: string, text: string): readonly string[] | null {
  const pattern = english
    .split('{}')
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('(.+?)');
  return new RegExp(`^${pattern}$`, 's').exec(text)?.slice(1) ?? null;
}
