/** A column that the table of a batch may have. */
export type Column =
  | 'label'
  | 'prompt'
  | 'images'
  | 'useCase'
  | 'model'
  | 'aspectRatio'
  | 'durationSeconds'
  | 'resolution'
  | 'audio'
  | 'negativePrompt'
  | 'seed'
  | 'count';

/** Names of the columns in English and Russian, in lower case. */
const names: Readonly<Record<Column, readonly string[]>> = {
  label: ['sku', 'label', 'article', 'id', 'артикул', 'метка', 'код', 'sku/артикул'],
  prompt: ['prompt', 'text', 'description', 'промпт', 'запрос', 'текст', 'описание'],
  images: [
    'image',
    'images',
    'image url',
    'picture',
    'photo',
    'изображение',
    'изображения',
    'картинка',
    'фото',
    'ссылка на изображение',
  ],
  useCase: ['use case', 'usecase', 'сценарий', 'назначение'],
  model: ['model', 'модель'],
  aspectRatio: ['aspect', 'aspect ratio', 'aspectratio', 'ratio', 'format', 'формат', 'соотношение сторон'],
  durationSeconds: ['duration', 'seconds', 'length', 'durationseconds', 'длительность', 'секунды'],
  resolution: ['resolution', 'quality', 'разрешение', 'качество'],
  audio: ['audio', 'sound', 'звук'],
  negativePrompt: ['negative prompt', 'negativeprompt', 'negative', 'чего не показывать', 'исключить'],
  seed: ['seed', 'зерно', 'сид'],
  count: ['count', 'variants', 'количество', 'варианты', 'вариантов'],
};

const byName = new Map<string, Column>(
  Object.entries(names).flatMap(([column, words]) => words.map((word) => [word, column as Column] as const)),
);

/** The column of a heading; null for an unknown one. */
export const columnOf = (heading: string): Column | null =>
  byName.get(
    heading
      .trim()
      .toLowerCase()
      .replaceAll(/[\s_-]+/g, ' '),
  ) ?? null;

/** The columns of a table without headings, by its width. */
export const columnsWithoutHeadings = (width: number): readonly Column[] =>
  width === 1 ? ['prompt'] : ['label', 'prompt', 'images', 'model'];
