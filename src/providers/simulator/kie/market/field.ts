/** Checks one value of a request: returns what is wrong, in the form of Kie's texts; null: nothing. */
export interface Field {
  readonly isRequired: boolean;
  readonly check: (value: unknown) => string | null;
  /** The images that the value names, for fields that take images. */
  readonly images?: (value: unknown) => readonly string[];
}

const optional = (check: Field['check'], images?: Field['images']): Field => ({
  isRequired: false,
  check,
  ...(images && { images }),
});

/** The same field, which must be present. */
export const required = (field: Field): Field => ({ ...field, isRequired: true });

const isUrl = (value: unknown): value is string => typeof value === 'string' && URL.canParse(value);

/** A text of at most so many characters. */
export const text = (most: number, least = 0): Field =>
  optional((value) =>
    typeof value === 'string' && value.length <= most && value.length >= least
      ? null
      : `must be a string of ${least} to ${most} characters`,
  );

/** True or false. */
export const flag: Field = optional((value) => (typeof value === 'boolean' ? null : 'must be a boolean'));

/** One of some strings. */
export const oneOf = (...values: readonly string[]): Field =>
  optional((value) =>
    typeof value === 'string' && values.includes(value) ? null : 'is not within the range of allowed options',
  );

/** A whole number as a number; `others` are allowed too. */
export const integer = (least: number, most: number, ...others: readonly number[]): Field =>
  optional((value) =>
    typeof value === 'number' &&
    Number.isInteger(value) &&
    ((value >= least && value <= most) || others.includes(value))
      ? null
      : `must be an integer from ${least} to ${most}`,
  );

/** A number, fractions included. */
export const number = (least: number, most: number): Field =>
  optional((value) =>
    typeof value === 'number' && value >= least && value <= most ? null : `must be from ${least} to ${most}`,
  );

/** A whole number as a string. */
export const integerText = (least: number, most: number): Field =>
  optional((value) =>
    typeof value === 'string' && /^\d+$/.test(value) && Number(value) >= least && Number(value) <= most
      ? null
      : `must be a string from "${least}" to "${most}"`,
  );

/** The address of an image. */
export const image: Field = optional(
  (value) => (isUrl(value) ? null : 'must be a URL'),
  (value) => (isUrl(value) ? [value] : []),
);

/** A list of addresses of images. */
export const images = (most: number, least = 1): Field =>
  optional(
    (value) =>
      Array.isArray(value) && value.every(isUrl) && value.length >= least && value.length <= most
        ? null
        : `must be a list of ${least} to ${most} URLs`,
    (value) => (Array.isArray(value) ? value.filter(isUrl) : []),
  );

/** A list of anything, such as of videos, which are not read here. */
export const list: Field = optional((value) => (Array.isArray(value) ? null : 'must be a list'));
