import { ConfigError } from '../../settings/config-error.ts';
import type { ProviderContext, ProviderDeclaration, SettingWithoutEffect } from '../declaration.ts';
import type { GoogleApi } from './google-api.ts';
import { createGoogleProvider } from './google-provider.ts';
import { OmniApi } from './omni/omni-api.ts';
import { googleSettings, type GoogleConfig } from './settings.ts';
import { Credentials } from './vertex/credentials.ts';
import { createVertexApi } from './vertex/vertex-api.ts';

const name = 'GOOGLE';
const label = 'Google';

const { project, credentialsFile, accessToken, vertexBaseUrl, geminiApiKey, geminiBaseUrl, geminiTextModel } =
  googleSettings;

/** Whether the operator named credentials of Google Cloud: the machine may have its own besides. */
const namesCredentials = (settings: GoogleConfig): boolean =>
  settings.credentialsFile !== null || settings.accessToken !== null;

/**
 * True if Veo is used. A project alone may be another program's: where there is a key of the Gemini API too, Veo requires
 * credentials that were named.
 */
const usesVertex = (settings: GoogleConfig): boolean =>
  settings.project !== null && (namesCredentials(settings) || settings.geminiApiKey === null);

/** Google: Veo on Vertex AI, and Gemini Omni. */
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
    // Prompts are drafted with them whether the provider is used or not.
    geminiBaseUrl.variable,
    geminiTextModel.variable,
  ],
  settingsWithoutEffect: findWithoutEffect,
  implementation: {
    credentials: {
      variables: `${geminiApiKey.variable}, or ${project.variable} with ${credentialsFile.variable} or ${accessToken.variable}`,
      areSet: (settings) =>
        settings.geminiApiKey !== null || (settings.project !== null && namesCredentials(settings)),
      // Where the provider is asked for by name, the credentials of the machine are good enough.
      missing: (settings) =>
        settings.project === null && settings.geminiApiKey === null
          ? `${geminiApiKey.variable} or ${project.variable}`
          : null,
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
async function createApis(settings: GoogleConfig, context: ProviderContext): Promise<GoogleApi[]> {
  const { geminiApiKey: apiKey, geminiBaseUrl: baseUrl } = settings;
  const vertex = usesVertex(settings) ? await createVertex(settings, context) : [];
  const { timeoutMs } = context;
  return apiKey === null
    ? vertex
    : [...vertex, new OmniApi({ label, apiKey, keyVariable: geminiApiKey.variable, baseUrl, timeoutMs })];
}

async function createVertex(settings: GoogleConfig, { timeoutMs }: ProviderContext): Promise<GoogleApi[]> {
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
    ...(settings.project !== null && !(isUsed && usesVertex(settings)) && !namesCredentials(settings)
      ? requires(
          [project.variable],
          `${credentialsFile.variable} or ${accessToken.variable}; with google in PROVIDERS and no ${geminiApiKey.variable}, the machine's own credentials are used`,
        )
      : []),
    ...(settings.geminiApiKey === null
      ? requires([geminiBaseUrl.variable, geminiTextModel.variable], geminiApiKey.variable)
      : []),
  ];
}
