import { createHash } from 'node:crypto';
import type { GenerateVideoInput, ImageInput } from '../domain/selection.ts';

/** The fields that the hash has contained as null since version 0.1, where they were absent. Not to be extended. */
const nullFields = {
  prompt: null,
  useCase: null,
  label: null,
  provider: null,
  model: null,
  durationSeconds: null,
  resolution: null,
  seed: null,
  providerOptions: null,
} as const satisfies Partial<GenerateVideoInput>;
const nullImageFields = { url: null, uploadId: null } as const satisfies ImageInput;

/**
 * The hash of an input as given, kept with its idempotency key: another hash under the same key is a conflict. A field
 * that is absent does not change it, so the hashes that are stored stay valid when the input gets a new field.
 */
export const hashOfInput = (input: GenerateVideoInput): string =>
  hashOf({
    generateVideo: {
      ...nullFields,
      ...presentIn(input),
      referenceImages: input.referenceImages.map((image) => ({ ...nullImageFields, ...presentIn(image) })),
    },
  });

const presentIn = (fields: object): object =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]: [string, unknown]) => value !== null && value !== undefined),
  );

/** The SHA-256 of a JSON value, base64url; the order of keys does not change it. */
export function hashOf(value: unknown): string {
  const canonical = JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
  return createHash('sha256').update(canonical).digest('base64url');
}
