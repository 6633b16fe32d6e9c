import { headerText, httpUrl, milliseconds, text } from '../../settings/parsers.ts';
import { Invalid, optionalSetting, setting, type Values } from '../../settings/setting.ts';

/** A project id or number; those of an organisation's own domain have its name and a colon in front. */
const projectId = (value: string) =>
  /^(?:[a-z\d.-]+:)?[a-z\d-]{1,63}$/.test(value)
    ? value
    : new Invalid('must be the id of a Google Cloud project, such as my-project-1234');

const location = (value: string) =>
  /^[a-z\d-]{1,63}$/.test(value)
    ? value
    : new Invalid('must be a location of Google Cloud, such as us-central1 or global');

const modelName = (value: string) =>
  /^[\w.-]{1,100}$/.test(value)
    ? value
    : new Invalid('must be the name of a model, such as gemini-3.8-flash');

/** Settings of the accounts at Google. */
export const googleSettings = {
  geminiApiKey: optionalSetting(
    'GEMINI_API_KEY',
    'key of the Gemini API: turns on Gemini Omni, and drafts of prompts from images',
    headerText,
  ),
  geminiBaseUrl: setting(
    'GEMINI_BASE_URL',
    'https://generativelanguage.googleapis.com',
    'base URL of the Gemini API',
    httpUrl,
  ),
  geminiTextModel: setting(
    'GEMINI_TEXT_MODEL',
    // The newest stable one that reads images, without an announced end (Google's page of deprecations, 2026-09).
    'gemini-3.8-flash',
    'language model of the Gemini API that drafts prompts from images',
    modelName,
  ),
  project: optionalSetting(
    'GOOGLE_CLOUD_PROJECT',
    'id of the Google Cloud project that pays for Veo on Vertex AI; requires credentials',
    projectId,
  ),
  location: setting(
    'GOOGLE_CLOUD_LOCATION',
    'us-central1',
    'location of Google Cloud where Veo runs, or global',
    location,
  ),
  credentialsFile: optionalSetting(
    'GOOGLE_APPLICATION_CREDENTIALS',
    'file with the key of a service account, or another file of credentials of Google Cloud',
    text,
  ),
  accessToken: optionalSetting(
    'GOOGLE_ACCESS_TOKEN',
    'access token to use instead of a file; it is not renewed, and usually ends after an hour',
    headerText,
  ),
  vertexBaseUrl: optionalSetting(
    'VERTEX_BASE_URL',
    'base URL of Vertex AI; unset: that of the location. At another host than those of Google, gs:// results are read below it too',
    httpUrl,
  ),
  pollIntervalMs: setting(
    'GOOGLE_POLL_INTERVAL_MS',
    '5000',
    'milliseconds between two checks of a task at Google',
    milliseconds(50),
  ),
};

/** The values of these settings. */
export type GoogleConfig = Values<typeof googleSettings>;
