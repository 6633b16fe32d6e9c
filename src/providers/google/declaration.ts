import type { ProviderDeclaration } from '../declaration.ts';

/** Google, which the API names and this version cannot use yet. */
export const google = {
  name: 'GOOGLE',
  label: 'Google',
  description: 'Google Veo and Gemini Omni.',
  settings: {},
  implementation: null,
} as const satisfies ProviderDeclaration;
