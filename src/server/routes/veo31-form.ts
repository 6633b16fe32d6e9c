import { useCases, type AspectRatio, type UseCase } from '../../domain/video-task.ts';
import type { Form } from '../body/read-form.ts';

/** The seed's form, read. */
export interface Veo31Form {
  /** 1 to 3, each one URL or what was given for one. */
  readonly imageUrls: readonly string[];
  readonly prefersKie: boolean;
  readonly useCase: UseCase;
  /** 0: the model's own. */
  readonly durationSeconds: number;
  readonly aspectRatio: AspectRatio;
  readonly prompt: string | null;
}

const addressField = 'reference_image_urls';
const fieldNames: readonly string[] = [
  addressField,
  'prefer_kie_api',
  'use_case',
  'duration_seconds',
  'aspect_ratio',
  'additional_prompt',
];
const aspects = {
  '16:9': 'LANDSCAPE_16_9',
  '9:16': 'PORTRAIT_9_16',
  '1:1': 'SQUARE_1_1',
  auto: 'AUTO',
} as const;
/** A sign that one URL is two: a space, or another separator before the second. */
const joined = /\s|[;|]https?:\/\//i;
/** Booleans as the seed's framework reads them. */
const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  on: true,
  false: false,
  '0': false,
  no: false,
  off: false,
};

/**
 * Reads the seed's form. Unknown, repeated and unreadable fields are errors: ignoring one or guessing its value would be
 * paid for.
 */
export function readVeo31Form({ fields, fileFields }: Form): Veo31Form | { readonly error: string } {
  const [fileField] = fileFields;
  if (fileField !== undefined) return { error: fileAdvice(fileField) };
  const given = new Map<string, string>();
  const addresses: string[] = [];
  for (const [name, value] of fields) {
    if (!fieldNames.includes(name)) {
      return { error: `There is no field "${name}". The fields are ${fieldNames.join(', ')}.` };
    }
    // An empty field was not filled in.
    if (value.trim() === '') continue;
    if (name === addressField) addresses.push(...splitAddresses(value));
    else if (given.has(name)) return { error: `${name} was sent twice: send it once.` };
    else given.set(name, value);
  }
  if (addresses.length < 1 || addresses.length > 3) {
    return { error: `${addressField} must be 1 to 3 URLs separated by commas.` };
  }
  if (addresses.some((address) => joined.test(address))) {
    return { error: `${addressField} must be separated by commas: a URL has no spaces.` };
  }
  const useCaseText = given.get('use_case')?.trim().toUpperCase() ?? 'GENERAL';
  const useCase = useCases.find((known) => known === useCaseText);
  if (useCase === undefined) {
    return { error: `use_case must be one of ${useCases.map((known) => known.toLowerCase()).join(', ')}.` };
  }
  const aspectText = given.get('aspect_ratio')?.trim().toLowerCase() ?? '16:9';
  const aspectRatio = Object.entries(aspects).find(([text]) => text === aspectText)?.[1];
  if (aspectRatio === undefined) {
    return { error: `aspect_ratio must be one of ${Object.keys(aspects).join(', ')}.` };
  }
  const durationText = given.get('duration_seconds')?.trim() ?? '0';
  if (!/^\d{1,6}$/.test(durationText)) return { error: 'duration_seconds must be an integer.' };
  const preferenceText = given.get('prefer_kie_api')?.trim().toLowerCase() ?? 'true';
  const prefersKie = Object.hasOwn(booleans, preferenceText) ? booleans[preferenceText] : undefined;
  if (prefersKie === undefined) return { error: 'prefer_kie_api must be true or false.' };
  return {
    imageUrls: addresses,
    prefersKie,
    useCase,
    durationSeconds: Number(durationText),
    aspectRatio,
    prompt: given.get('additional_prompt') ?? null,
  };
}

/** The error of form fields in the query string, where they would be ignored; null if there are none. */
export function checkVeo31Query(query: URLSearchParams): { readonly error: string } | null {
  const field = fieldNames.find((name) => query.has(name));
  return field === undefined ? null : { error: `Send ${field} in the form, not in the query string.` };
}

/** URLs may contain commas, as those of some image hosts do: one ends where the next begins. */
const splitAddresses = (text: string): string[] =>
  text
    .split(/,(?=\s*(?:[a-z][a-z\d+.-]*:\/\/|$|,))/i)
    .map((address) => address.trim())
    .filter((address) => address !== '');

function fileAdvice(field: string): string {
  if (field === addressField) {
    return (
      `${addressField} must be URLs, not files. Upload the file with the mutation uploadReferenceImage and send the ` +
      'URL that it returns.'
    );
  }
  return `${field} must be text, not a file. With curl, -F "${field}=<FILE" sends the content of a file as text.`;
}
