import { randomBytes } from 'node:crypto';

/** 128 random bits in base64url: an unguessable id or token. */
export const randomId = (): string => randomBytes(16).toString('base64url');
