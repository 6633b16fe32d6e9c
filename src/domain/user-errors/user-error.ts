import { message as messageOf, type Message } from '../messages.ts';

/** Codes of the errors that a caller can fix. */
export const userErrorCodes = [
  'BAD_INPUT',
  'UNSUPPORTED',
  'PROVIDER_NOT_CONFIGURED',
  'PROVIDER_FAILED',
  'NOT_FOUND',
  'IDEMPOTENCY_CONFLICT',
  'NOT_CANCELABLE',
  'NOT_TERMINAL',
  'NOT_RESOLVABLE',
  'RATE_LIMITED',
  'BUDGET_EXCEEDED',
] as const;
/** The kind of an error that a caller can fix. */
export type UserErrorCode = (typeof userErrorCodes)[number];

/** An error that the caller can fix. `field` starts at the argument; list indexes are strings. */
export interface UserError {
  readonly code: UserErrorCode;
  /** The mistake, and what to do instead. */
  readonly message: string;
  /** The content of the message. */
  readonly reason: Message;
  readonly field: readonly string[] | null;
}

/** A setting that a model does not have. */
interface ImpossibleValue {
  readonly model: string;
  /** The name of the input. */
  readonly name: 'resolution' | 'aspectRatio' | 'durationSeconds' | 'seed';
  readonly value: string | number;
  /** The values that it has. */
  readonly allowed: readonly (string | number)[];
  /** The use of images for which that is so; null: it does not depend on it. */
  readonly imagesAs?: string | null;
  /** The resolution for which that is so; null: it does not depend on it. */
  readonly resolution?: string | null;
}

/** The error of a value that a model does not have. `what` says so as a sentence without its full stop. */
export function impossibleValue(
  what: string,
  { allowed, imagesAs = null, resolution = null, ...value }: ImpossibleValue,
): UserError {
  const list = allowed.join(', ');
  const reason = messageOf('VALUE_NOT_POSSIBLE', { ...value, allowed: list, imagesAs, resolution });
  return unsupported(value.name, `${what}. Allowed: ${list}.`, reason);
}

/** The error of an input that a model does not take. */
export const notTaken = (name: string, model: string, what: string): UserError =>
  unsupported(name, `${what}. Omit it.`, messageOf('INPUT_NOT_TAKEN', { model, name }));

/** The error of an input that the selected model does not support. */
export const unsupported = (name: string, message: string, reason: Message): UserError => ({
  code: 'UNSUPPORTED',
  message,
  reason,
  field: ['input', name],
});
