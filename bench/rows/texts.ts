const latin =
  'A diamond ring turns slowly on black velvet while the camera glides around the stone and soft light from the left draws sparks out of every facet of the polished gold band a sapphire necklace lies in morning dew'.split(
    ' ',
  );
const cyrillic =
  'Кольцо с бриллиантом медленно вращается на чёрном бархате камера плавно обходит камень мягкий свет слева зажигает искры на каждой грани полированное золото сапфировое ожерелье лежит в утренней росе'.split(
    ' ',
  );

/** The words that a fourth of the texts of each script have, and those that are in one task or in none. */
export const searched = {
  common: 'turntable',
  commonCyrillic: 'витрина',
  rare: 'xylophonist',
  rareCyrillic: 'щёголь',
  none: 'nowhere to be found',
  /** Each of these words is in most texts, so that nearly all have each three characters of it. */
  frequentWords: 'velvet gold polished ring',
} as const;

/** The n-th prompt: 200 to 1,300 characters, two of five in Cyrillic. The same in every run. */
export function promptOf(index: number): string {
  const isCyrillic = index % 5 < 2;
  const words = isCyrillic ? cyrillic : latin;
  // A simple generator of pseudo-random numbers: every database gets the same texts.
  let state = (index + 1) * 2_654_435_761;
  const next = (below: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state % below;
  };
  const length = 200 + next(1100);
  const common = isCyrillic ? searched.commonCyrillic : searched.common;
  let prompt: string = index % 4 === 0 ? common : 'studio';
  while (prompt.length < length) prompt += ` ${words[next(words.length)]}`;
  return prompt;
}
