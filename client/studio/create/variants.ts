import type { GenerateInput } from './draft.ts';

/** The largest seed that the schema takes. */
const mostSeed = 2 ** 31 - 1;

/**
 * The inputs of one press. Each variant has an idempotency key of its own, derived from that of the press, so that a
 * repeated press after a lost response pays for none of them again; several are bound by a group, also derived.
 *
 * @param key of the press, at most 60 characters
 */
export function variantsOf(input: GenerateInput, count: number, key: string): GenerateInput[] {
  if (count === 1) return [{ ...input, idempotencyKey: key }];
  return Array.from({ length: count }, (_, index) => ({
    ...input,
    group: `v-${key}`,
    // One seed would make the same video again.
    ...(typeof input.seed === 'number' && { seed: (input.seed + index) % (mostSeed + 1) }),
    idempotencyKey: `${key}-${index + 1}`,
  }));
}
