import { randomBytes } from 'node:crypto';

/** 128 random bits in base64url: an id or token that nobody guesses. */
export const randomId = (): string => randomBytes(16).toString('base64url');
