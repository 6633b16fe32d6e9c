/** Thrown for a cell that cannot be read. */
export class CellError extends Error {
  override readonly name = 'CellError';
}

const useCases: Readonly<Record<string, readonly string[]>> = {
  PRODUCT_VIDEO: ['product video', 'product', 'ролик о товаре', 'товар'],
  HERO_IMAGE: ['hero image', 'hero shot', 'hero', 'заглавный кадр'],
  GEMSTONE_CLOSEUP: [
    'gemstone closeup',
    'gemstone close up',
    'gemstone',
    'драгоценный камень крупным планом',
    'драгоценный камень',
  ],
  LUXURY_BRAND: ['luxury brand', 'luxury brand film', 'luxury', 'имиджевый ролик бренда'],
  GENERAL: ['general', 'универсальное'],
};
const ratios: Readonly<Record<string, string>> = {
  '16:9': 'LANDSCAPE_16_9',
  '9:16': 'PORTRAIT_9_16',
  '1:1': 'SQUARE_1_1',
  '4:3': 'LANDSCAPE_4_3',
  '3:4': 'PORTRAIT_3_4',
  '3:2': 'LANDSCAPE_3_2',
  '2:3': 'PORTRAIT_2_3',
  '21:9': 'LANDSCAPE_21_9',
};
const resolutions: Readonly<Record<string, string>> = {
  '360': 'P360',
  '480': 'P480',
  '540': 'P540',
  '720': 'P720',
  '768': 'P768',
  '1080': 'P1080',
  '1440': 'P1440',
  '2160': 'P2160',
  '2k': 'P1440',
  '4k': 'P2160',
};
const yes = ['yes', 'y', 'true', 'on', '1', '+', 'да', 'есть', 'со звуком'];
const no = ['no', 'n', 'false', 'off', '0', '-', 'нет', 'без звука'];

const plain = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ');
const found = <T>(value: T | undefined): T => {
  if (value === undefined) throw new CellError();
  return value;
};

/** Reads the name of a use case, in English or Russian. */
export const readUseCase = (text: string): string =>
  found(Object.entries(useCases).find(([, words]) => words.includes(plain(text)))?.[0]);

/** Reads an aspect ratio, such as 16:9, 16x9 or auto; Excel takes 9:16 for a time, and writes 09:16:00. */
export function readRatio(text: string): string {
  if (['auto', 'авто'].includes(plain(text))) return 'AUTO';
  const [, width, height] = /^0?(\d+)\s*[:x×х/]\s*0?(\d+)(?::00)?$/.exec(plain(text)) ?? [];
  return found(ratios[`${width}:${height}`]);
}

/** Reads a resolution, such as 720p, 1080 or 4K. */
export const readResolution = (text: string): string => found(resolutions[plain(text).replace(/p$/, '')]);

/** Reads whole seconds, such as 8, 8 s or 8 сек. */
export function readSeconds(text: string): number {
  const [, digits] = /^(\d{1,4})\s*(?:s|sec|seconds?|с|сек|секунд[аы]?)?\.?$/.exec(plain(text)) ?? [];
  return Number(found(digits));
}

/** Reads a whole number between two bounds. */
export function readWhole(text: string, least: number, most: number): number {
  const value = /^\d{1,10}$/.test(text.trim()) ? Number(text.trim()) : Number.NaN;
  if (!(value >= least && value <= most)) throw new CellError();
  return value;
}

/** Reads yes or no, in English or Russian. */
export function readYesNo(text: string): boolean {
  if (yes.includes(plain(text))) return true;
  if (no.includes(text.trim() === '-' ? '-' : plain(text))) return false;
  throw new CellError();
}

/**
 * Reads the images of a row: URLs separated by spaces, or names of files, which may contain spaces, separated by `|`, `;`
 * or commas; line breaks separate both.
 */
export const readImages = (text: string): readonly string[] =>
  text
    .split(/https?:\/\//i.test(text) ? /[\s|;]+/ : /[|;,\n\r]+/)
    .map((each) => each.trim())
    .filter((each) => each !== '');

/** True for an image that is given by its URL, false for the name of a file. */
export const isImageUrl = (image: string): boolean => /^https?:\/\//i.test(image);
