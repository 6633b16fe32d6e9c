import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readSettingsFile } from '../../src/config/settings-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function read(content: string | Uint8Array) {
  await using folder = await temporaryFolder();
  const file = join(folder.path, '.env');
  await writeFile(file, content);
  try {
    return Object.fromEntries(readSettingsFile(file) ?? []);
  } catch (error) {
    return String(error).replaceAll(file, '.env').replace('ConfigError: ', '').split('\n');
  }
}

it('has the assignments of a file, as Node and docker compose read them', async () => {
  const lines = [
    '\ufeff# a comment',
    '',
    'PLAIN=a value',
    'export EXPORTED=1',
    '  SPACED = a # comment',
    'EMPTY=',
    'HASH=a#b',
    'DOUBLE="a # b\\n\\"c\\"" # comment',
    "SINGLE='a \\n b'",
    'BACK=`a "b"`',
    'URL=postgres://user:p=ss@host/db?a=1',
    'KEYS="ann:one,',
    'bob:two"',
    'LAST=1',
  ];
  for (const end of ['\n', '\r\n']) {
    expect(await read(lines.join(end))).toEqual({
      PLAIN: 'a value',
      EXPORTED: '1',
      SPACED: 'a',
      EMPTY: '',
      HASH: 'a#b',
      DOUBLE: 'a # b\n"c"',
      SINGLE: 'a \\n b',
      BACK: 'a "b"',
      URL: 'postgres://user:p=ss@host/db?a=1',
      KEYS: 'ann:one,\nbob:two',
      LAST: '1',
    });
  }
});

it('names every wrong line, and repeats nothing of it', async () => {
  const lines = [
    'PORT=8000',
    'KIE_API_KEY secret',
    'KEYS="ann:secret,',
    'bob:secret"',
    '=secret',
    'A B=secret',
    'PORT=8001',
    'NOTE="closed" secret',
    'GEMINI_API_KEY="secret',
    'LOG_LEVEL=info',
  ];
  expect(await read(lines.join('\n'))).toEqual([
    '.env, line 2, must be NAME=VALUE, or a comment after #',
    '.env, line 5, must be NAME=VALUE, or a comment after #',
    '.env, line 6, must be NAME=VALUE, or a comment after #',
    '.env, line 7, sets PORT again, after line 1: remove one of them',
    '.env, line 8, has an open quote, or text after a closed one, in the value of NOTE',
    '.env, line 9, has an open quote, or text after a closed one, in the value of GEMINI_API_KEY',
  ]);
  expect(await read(new Uint8Array([65, 61, 0xff]))).toEqual(['.env must be UTF-8']);
});

it('is null without the file, and refuses one that cannot be read', async () => {
  await using folder = await temporaryFolder();
  const file = join(folder.path, '.env');
  expect(readSettingsFile(file)).toBe(null);
  await mkdir(file);
  expect(() => readSettingsFile(file)).toThrow(/\.env cannot be read \(EISDIR\): make it a file/);
});
