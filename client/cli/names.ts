/** Aspect ratios as they are written on the command line. */
export const aspectRatios = {
  '16:9': 'LANDSCAPE_16_9',
  '9:16': 'PORTRAIT_9_16',
  '1:1': 'SQUARE_1_1',
  '4:3': 'LANDSCAPE_4_3',
  '3:4': 'PORTRAIT_3_4',
  '3:2': 'LANDSCAPE_3_2',
  '2:3': 'PORTRAIT_2_3',
  '21:9': 'LANDSCAPE_21_9',
  auto: 'AUTO',
} as const;

/** Resolutions as they are written on the command line. */
export const resolutions = {
  '360p': 'P360',
  '480p': 'P480',
  '540p': 'P540',
  '720p': 'P720',
  '768p': 'P768',
  '1080p': 'P1080',
  '2k': 'P1440',
  '4k': 'P2160',
} as const;

/** Values of the API as the command line writes them; one that a newer server has, as it is. */
export const namesOf = (table: Readonly<Record<string, string>>, values: readonly string[]): string[] =>
  values.map((value) => Object.entries(table).find(([, named]) => named === value)?.[0] ?? value);

/** The enum value of the API for a name on the command line: `hero-image` is `HERO_IMAGE`. */
export const enumValue = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** The name on the command line for an enum value of the API: `HERO_IMAGE` is `hero-image`. */
export const nameOf = (value: string): string => value.toLowerCase().replaceAll('_', '-');
