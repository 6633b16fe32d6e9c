import type { I18n, MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Task } from '../api/task.ts';
import { causeText } from './causes.ts';
import { moment } from './format.ts';
import { failureTexts, providerTexts } from './texts.ts';

/** The content of a text about a task, as the server sends it beside its English. */
export type Message = Task['hintMessages'][number];

/** The parameters of a message as they are written: '' for one that there is not. */
interface Values {
  readonly provider: string;
  readonly id: string;
  readonly ids: string;
  /** A reason in brackets, after a space. */
  readonly because: string;
  readonly model: string;
  readonly successor: string;
  readonly setting: string;
  readonly host: string;
  readonly page: string;
  readonly time: string;
}

type Texts = Readonly<Partial<Record<Message['code'], (values: Values) => MessageDescriptor>>>;

/** Texts of messages; those of failures have none of their own. */
const messageTexts = {
  POSTPONED: ({ because, time }) =>
    msg`Not accepted yet${because}, and nothing was charged. It will be sent again automatically: ${time}.`,
  IMAGES_NOT_READY: ({ provider, because }) =>
    msg`The images could not be passed to ${provider}${because}. The server will try again.`,
  SUBMISSION_UNKNOWN: ({ provider, ids }) =>
    ids === ''
      ? msg`It is not known whether ${provider} accepted the task, so it is not sent again: it may have been charged. Look for it there, then decide.`
      : msg`It is not known whether ${provider} accepted the task, so it is not sent again: it may have been charged. Look for it there, then decide. Its ID may be ${ids}.`,
  ATTEMPT_UNCLEAR: ({ because }) => msg`The outcome of the paid request is not known${because}.`,
  ATTEMPT_INTERRUPTED: () => msg`The server stopped during the paid request.`,
  ALSO_ACCEPTED: ({ provider, id }) =>
    msg`${provider} also accepted this task as ${id} and may have charged that too: check it there.`,
  ID_NAMED: ({ provider, id }) =>
    msg`${provider} reported the ID ${id}, which could not be verified. If it is this task, enter it under “Decide”.`,
  ID_NAMED_CANCELED: ({ provider, id }) =>
    msg`${provider} reported the ID ${id}, which could not be verified. If it is this task, it will be charged.`,
  ID_GIVEN: ({ id }) => msg`Its ID at the provider was entered: ${id}.`,
  ID_CALLED_BACK: ({ provider, id }) => msg`${provider} reported the ID ${id}, and its prompt matches.`,
  BEING_COPIED: () => msg`The video is ready at the provider and is being copied.`,
  NOT_FETCHED: ({ because }) =>
    msg`The video is ready at the provider, but could not be downloaded${because}. The server will try again.`,
  NOT_STORED: () =>
    msg`The video is ready at the provider, but this server could not store it. The server will try again; the reason is in its log.`,
  ID_NOT_KNOWN: ({ provider, id }) =>
    msg`${provider} does not know the task ${id}, or its response could not be read. Check the ID; checks continue.`,
  NO_SUCH_TASK: ({ provider, id, page }) =>
    page === ''
      ? msg`${provider} does not know the task ${id}. Checks continue.`
      : msg`${provider} does not know the task ${id}. Checks continue; you can look for it there: ${page}`,
  RESPONSE_UNREADABLE: ({ provider, because, page }) =>
    page === ''
      ? msg`The response of ${provider} could not be read${because}. Checks continue.`
      : msg`The response of ${provider} could not be read${because}. Checks continue; you can look for the video there: ${page}`,
  ACCOUNT_MISSING: ({ provider }) =>
    msg`The server has no ${provider} account for tasks of this kind, so this one is not checked.`,
  TASK_NOT_ANSWERED: ({ provider, because }) =>
    msg`${provider} reports on other tasks, but not on this one${because}. Checks continue, less often.`,
  PROVIDER_NOT_ANSWERING: ({ provider, because }) =>
    msg`${provider} has not responded for a while${because}. Nothing is lost: checks continue.`,
  PROVIDER_MISSING: ({ provider }) =>
    msg`${provider} is no longer configured on this server. The task continues when it is.`,
  PROVIDER_MISSING_FOR_ID: ({ provider }) =>
    msg`${provider} is no longer configured on this server: until it is, no ID can be checked.`,
  STOP_REQUESTED: ({ provider }) => msg`${provider} was asked to stop it.`,
  STOPPED: ({ provider }) => msg`${provider} stopped it. What was made until then may be charged.`,
  NOT_STOPPED: ({ provider, because }) =>
    msg`${provider} did not stop it${because}: it will be charged if it is finished there.`,
  NOT_ASKED_TO_STOP: ({ provider, because }) =>
    msg`${provider} could not be asked to stop it${because}. The server will ask again.`,
  CANNOT_BE_STOPPED: ({ provider }) => msg`${provider} cannot stop it: it will be charged.`,
  COPY_REMOVED: () => msg`The server deleted the video when its retention time ended.`,
  ONLY_PROVIDER: ({ provider }) => msg`${provider} was chosen: the only provider for these settings.`,
  FIRST_PROVIDER: ({ provider }) => msg`${provider} was chosen: the first provider for these settings.`,
  DEFAULT_MODEL: ({ model }) => msg`${model} was chosen: the default model.`,
  IMAGE_NOT_FETCHED: ({ host, because }) =>
    host === ''
      ? msg`A reference image could not be downloaded${because}.`
      : msg`The image at ${host} could not be downloaded${because}.`,
  UPLOAD_GONE: () => msg`An uploaded image is no longer on the server. Upload it again.`,
  SETTING_NOT_OFFERED: ({ model, setting }) =>
    msg`${model} no longer supports a setting of this task: ${setting}.`,
  NEVER_SENT: ({ provider }) => msg`The task could not be sent to ${provider} in time.`,
  NEVER_SENT_PROVIDER_MISSING: ({ provider }) =>
    msg`${provider} is no longer configured on this server, and the task was never sent.`,
  NEVER_SENT_MODEL_MISSING: ({ provider, model }) =>
    msg`${provider} is no longer configured for ${model}, and the task was never sent.`,
  END_NOT_REPORTED: ({ provider }) => msg`${provider} did not report a result in time.`,
  OUTCOME_STAYED_UNKNOWN: ({ provider }) =>
    msg`It could not be determined whether ${provider} accepted the task.`,
  SEARCH_ENDED: ({ provider }) => msg`You ended the search for the task at ${provider}.`,
} satisfies Texts;

/** Codes of the texts about tasks. */
export type TaskMessageCode = keyof typeof messageTexts | keyof typeof failureTexts;

const textOf: Texts = messageTexts;

/**
 * Messages in the user's language, one after the other.
 *
 * @param english what the server says, for a message that is not known here, and where there are none
 */
export function messagesText(
  i18n: I18n,
  messages: readonly Message[],
  provider: Task['provider'],
  english: string | null,
): { readonly text: string; readonly isEnglish: boolean } | null {
  if (english === null) return null;
  const texts = messages.map((message) => messageText(i18n, message, provider));
  const known = texts.filter((text) => text !== null);
  return known.length === 0 || known.length < texts.length
    ? { text: english, isEnglish: true }
    : { text: known.join(' '), isEnglish: false };
}

/** One message in the user's language; null if it is not known here. */
export function messageText(
  i18n: I18n,
  { code, params }: Message,
  provider: Task['provider'],
): string | null {
  const say =
    textOf[code] ?? (code in failureTexts ? () => failureTexts[code as keyof typeof failureTexts] : null);
  if (say === null) return null;
  const given =
    typeof params === 'object' && params !== null ? (params as Readonly<Record<string, unknown>>) : {};
  const value = (name: string) => {
    const one = given[name];
    return typeof one === 'string' || typeof one === 'number' ? String(one) : '';
  };
  const reason = value('reason').replace(/\.$/, '');
  const notBefore = value('notBefore');
  return i18n.t(
    say({
      provider: i18n.t(providerTexts[provider]),
      id: value('providerTaskId'),
      ids: value('ids'),
      because: reason === '' ? '' : ` (${causeText(i18n, reason)})`,
      model: value('model'),
      successor: value('successor'),
      setting: value('setting'),
      host: value('host'),
      page: value('page'),
      time: notBefore === '' ? '' : moment(i18n, notBefore),
    }),
  );
}

/** The provider's own words about a failure, in whatever language; null if there are none. */
export function ownWordsOf({ params }: Message): string | null {
  const text = typeof params === 'object' && params !== null && 'text' in params ? params.text : null;
  return typeof text === 'string' && text !== '' ? text : null;
}
