import { ConfigError } from '../../settings/config-error.ts';
import type { ProviderContext, ProviderDeclaration, SettingWithoutEffect } from '../declaration.ts';
import type { GoogleApi } from './google-api.ts';
import { createGoogleProvider } from './google-provider.ts';
import { googleSettings, type GoogleConfig } from './settings.ts';
import { Credentials } from './vertex/credentials.ts';
import { createVertexApi } from './vertex/vertex-api.ts';

const name = 'GOOGLE';
const label = 'Google';

const { project, credentialsFile, accessToken, vertexBaseUrl, geminiApiKey, geminiBaseUrl } = googleSettings;

/** Whether the operator named credentials of Google Cloud: the machine may have its own besides. */
const namesCredentials = (settings: GoogleConfig): boolean =>
  settings.credentialsFile !== null || settings.accessToken !== null;

/** Google: Veo on Vertex AI. */
export const google = {
  name,
  label,
  description: 'Google Veo and Gemini Omni.',
  settings: googleSettings,
  // Other programs use the same names: that they are set says nothing about this server.
  sharedVariables: [
    geminiApiKey.variable,
    project.variable,
    googleSettings.location.variable,
    credentialsFile.variable,
    accessToken.variable,
  ],
  settingsWithoutEffect: findWithoutEffect,
  implementation: {
    credentials: {
      variables: `${project.variable} with ${credentialsFile.variable} or ${accessToken.variable}`,
      areSet: (settings) => settings.project !== null && namesCredentials(settings),
      // Where the provider is asked for by name, the credentials of the machine are good enough.
      missing: (settings) => (settings.project === null ? project.variable : null),
    },
    callbacks: null,
    start: async (settings, context) => ({
      provider: createGoogleProvider({
        name,
        label,
        apis: await createApis(settings, context),
        pollIntervalMs: settings.pollIntervalMs,
      }),
      allowedHosts: [],
    }),
  },
} as const satisfies ProviderDeclaration<typeof googleSettings>;

/** Veo first: it is the default where a project is configured. */
async function createApis(settings: GoogleConfig, { timeoutMs }: ProviderContext): Promise<GoogleApi[]> {
  const { project: projectId, location, vertexBaseUrl: baseUrl } = settings;
  if (projectId === null) return [];
  const account = { accessToken: settings.accessToken, credentialsFile: settings.credentialsFile, timeoutMs };
  await using credentials = new Credentials(account);
  const fault = await credentials.findFault();
  if (fault !== null) {
    throw namesCredentials(settings)
      ? new ConfigError(credentialsFile.variable, `must name a file of credentials: ${fault}`)
      : new ConfigError(
          `${credentialsFile.variable} or ${accessToken.variable}`,
          `must be set for ${project.variable}: this machine has no credentials of Google Cloud`,
        );
  }
  return [createVertexApi({ ...account, label, project: projectId, location, baseUrl })];
}

function findWithoutEffect(settings: GoogleConfig, isUsed: boolean): SettingWithoutEffect[] {
  const requires = (variables: readonly string[], what: string) =>
    variables.map((variable) => ({ variable, reason: `it requires ${what}` }));
  return [
    ...(settings.project === null
      ? requires([credentialsFile.variable, accessToken.variable, vertexBaseUrl.variable], project.variable)
      : []),
    ...(settings.project !== null && !isUsed && !namesCredentials(settings)
      ? requires(
          [project.variable],
          `${credentialsFile.variable} or ${accessToken.variable}; with google in PROVIDERS the machine's own credentials are used`,
        )
      : []),
    ...[geminiApiKey.variable, geminiBaseUrl.variable].map((variable) => ({
      variable,
      reason: 'this version does not support Gemini Omni yet',
    })),
  ];
}
