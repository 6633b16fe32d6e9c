import { type Envelope, refused } from './responses.ts';

// Kie docs, 2026-06: messages of the body codes. 402, 433, 451, 455, 501 and 505 were never captured: those texts are ours.
const messages: Readonly<Record<string, string>> = {
  400: 'Your prompt was flagged by Website as violating content policies.',
  '400-language': 'Only English prompts are supported at this time.',
  '400-image':
    'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.',
  '400-unsafe': 'public error unsafe image upload.',
  401: 'You do not have access permissions',
  402: 'The current credits are insufficient. Please top up.',
  404: 'Task not found',
  408: 'Upstream is currently experiencing service issues. No result has been returned for over 10 minutes.',
  422: 'Please enter prompt',
  429: 'Rate limit exceeded',
  433: 'The usage of this sub-key exceeds its limit.',
  451: 'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.',
  455: 'The website is under maintenance.',
  500: 'Server Error - An unexpected error occurred while processing the request',
  501: 'Video generation task failed',
  505: 'This feature is currently disabled.',
};

/** The envelope of a body code, given as `422` or, where one code has several meanings, as `400-image`. */
export function refusal(code: string): Envelope {
  const number = Number.parseInt(code, 10);
  const msg = messages[code] ?? 'error';
  // An authentication error is the one that carries no `data` at all (Kie docs, 2026-06).
  return number === 401 ? { code: number, msg } : refused(number, msg);
}
