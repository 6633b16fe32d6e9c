import { refusalCodes } from './user-errors/refusal-codes.ts';

/** A code of `messageCodes`. */
export type MessageCode = keyof typeof messageCodes;

/** A value of a parameter: a name, an id, a time as RFC 3339, or a text of another origin; null where there is none. */
export type MessageParam = string | number | null;

/** The content of a text for people, so that clients can say it in other languages. */
export interface Message {
  readonly code: MessageCode;
  readonly params: Readonly<Record<string, MessageParam>>;
}

/** A text for people in English, and its content: one message, or several in their order. */
export interface Wording {
  readonly text: string;
  readonly messages: readonly Message[];
}

interface Declaration {
  readonly about: string;
  readonly params: readonly string[];
}

const declare = <const Table extends Record<string, Declaration>>(table: Table): Table => table;

/**
 * Every message of a task or of a refused call, with its parameters. Codes and parameters are kept once released; more may be added. A
 * `reason` is a technical text in English.
 */
export const messageCodes = declare({
  // Hints, and reasons of the history.
  POSTPONED: {
    about: 'The provider did not take the task, and nothing was billed; it is sent again.',
    params: ['reason', 'notBefore'],
  },
  IMAGES_NOT_READY: {
    about: 'The images could not be handed to the provider; it is tried again.',
    params: ['provider', 'reason'],
  },
  SUBMISSION_UNKNOWN: {
    about: 'Whether the provider took the task is not known; `ids` may be its ids, or null.',
    params: ['provider', 'ids'],
  },
  ATTEMPT_UNCLEAR: {
    about: 'The outcome of the paid request is not known; `ids` were in its response, or null.',
    params: ['reason', 'ids'],
  },
  ATTEMPT_INTERRUPTED: {
    about: 'This server ended between the paid request and its outcome.',
    params: [],
  },
  ALSO_ACCEPTED: {
    about: 'The provider also took the task under another id, and may have billed that too.',
    params: ['provider', 'providerTaskId'],
  },
  ID_NAMED: {
    about: 'The provider named an id for the task without proof: it can be resolved with it.',
    params: ['provider', 'providerTaskId'],
  },
  ID_NAMED_CANCELED: {
    about: 'The provider named an id for a canceled task without proof: it may be billed under it.',
    params: ['provider', 'providerTaskId'],
  },
  ID_GIVEN: { about: "The owner gave the provider's id of the task.", params: ['providerTaskId'] },
  ID_CALLED_BACK: {
    about: 'The provider called back about an id, and its record has the prompt of the task.',
    params: ['provider', 'providerTaskId'],
  },
  BEING_COPIED: { about: 'The video is ready, and is being copied.', params: ['provider'] },
  NOT_FETCHED: {
    about: 'The video is ready, but could not be fetched; it is tried again.',
    params: ['provider', 'reason'],
  },
  NOT_STORED: {
    about: 'The video is ready, but this server could not store it; it is tried again.',
    params: ['provider', 'reason'],
  },
  ID_NOT_KNOWN: {
    about: 'The provider does not know the tracked id, or its answer could not be read; checks continue.',
    params: ['provider', 'providerTaskId'],
  },
  NO_SUCH_TASK: {
    about: 'The provider does not know the task; `page` is where to look, or null. Checks continue.',
    params: ['provider', 'providerTaskId', 'page'],
  },
  RESPONSE_UNREADABLE: {
    about: 'The response of the provider could not be read; `page` is where to look, or null.',
    params: ['provider', 'reason', 'page'],
  },
  ACCOUNT_MISSING: {
    about: 'No account of the provider is configured for tasks of this kind.',
    params: ['provider', 'providerTaskId'],
  },
  TASK_NOT_ANSWERED: {
    about: 'The provider answers about other tasks, but not about this one; checks continue less often.',
    params: ['provider', 'reason'],
  },
  PROVIDER_NOT_ANSWERING: {
    about: 'The provider has not answered for a while; nothing is lost, checks continue.',
    params: ['provider', 'reason'],
  },
  PROVIDER_MISSING: {
    about: 'The provider is no longer configured: the task is not checked until it is.',
    params: ['provider'],
  },
  PROVIDER_MISSING_FOR_ID: {
    about: 'The provider is no longer configured: no id is checked until it is.',
    params: ['provider'],
  },
  STOP_REQUESTED: { about: 'The provider is asked to stop the task.', params: ['provider'] },
  STOPPED: { about: 'The provider has stopped the task.', params: ['provider'] },
  NOT_STOPPED: {
    about: 'The provider did not stop the task: it will be billed.',
    params: ['provider', 'reason'],
  },
  NOT_ASKED_TO_STOP: {
    about: 'The provider could not be asked to stop the task; it is asked again.',
    params: ['provider', 'reason'],
  },
  CANNOT_BE_STOPPED: {
    about: 'The provider cannot stop the task: it will be billed.',
    params: ['provider'],
  },
  COPY_REMOVED: { about: 'The retention of this server deleted its copy of the video.', params: [] },
  ONLY_PROVIDER: {
    about: 'The provider was the only one for the input; `model` is its default model, or null if given.',
    params: ['provider', 'model'],
  },
  FIRST_PROVIDER: {
    about: 'The provider was the first of `providers` that supports the input; `model` as above.',
    params: ['provider', 'providers', 'model'],
  },
  DEFAULT_MODEL: { about: 'The model is the default of the provider.', params: ['provider', 'model'] },
  // Reasons of failures. `text` is what the provider said, or null.
  PROVIDER_REJECTED: { about: 'The provider refused the task.', params: ['provider', 'text'] },
  CONTENT_FILTERED: { about: "The provider's content filter refused.", params: ['provider', 'text'] },
  INSUFFICIENT_CREDITS: { about: 'The account has too few credits.', params: ['provider', 'text'] },
  PROVIDER_UNAUTHORIZED: {
    about: 'The provider refused the key of this server.',
    params: ['provider', 'text'],
  },
  PROVIDER_FAILED: { about: 'The provider could not make the video.', params: ['provider', 'text'] },
  MODEL_RETIRED: {
    about: 'The provider no longer offers the model; `successor` is the one to use, or null.',
    params: ['provider', 'text', 'successor'],
  },
  IMAGE_UNREACHABLE: { about: 'The provider could not fetch an image.', params: ['provider', 'text'] },
  INTERNAL: { about: 'A fault of this server.', params: ['provider', 'text'] },
  GAVE_UP: { about: 'The provider did not end the task.', params: ['provider', 'text'] },
  IMAGE_NOT_FETCHED: {
    about: 'An image cannot be fetched; nothing was sent. `host` may be null.',
    params: ['host', 'reason'],
  },
  UPLOAD_GONE: { about: 'An uploaded image is no longer stored; nothing was sent.', params: [] },
  SETTING_NOT_OFFERED: {
    about: 'The model no longer takes a setting of the task; nothing was sent.',
    params: ['model', 'setting'],
  },
  NEVER_SENT: { about: 'The task could not be sent in time; nothing was billed.', params: ['provider'] },
  NEVER_SENT_PROVIDER_MISSING: {
    about: 'The provider is no longer configured, and the task was never sent.',
    params: ['provider'],
  },
  NEVER_SENT_MODEL_MISSING: {
    about: 'The provider is no longer configured for the model, and the task was never sent.',
    params: ['provider', 'model'],
  },
  END_NOT_REPORTED: {
    about: 'The provider did not report the end of the task in time.',
    params: ['provider'],
  },
  OUTCOME_STAYED_UNKNOWN: {
    about: 'It never became known whether the provider took the task.',
    params: ['provider'],
  },
  SEARCH_ENDED: { about: 'The owner ended the search for the task.', params: ['provider'] },
  ...refusalCodes,
});

/** The parameters of a message. */
export type ParamsOf<Code extends MessageCode> = Readonly<
  Record<(typeof messageCodes)[Code]['params'][number], MessageParam>
>;

/** The content of a text. */
export const message = <Code extends MessageCode>(code: Code, params: ParamsOf<Code>): Message => ({
  code,
  params,
});

/** A text with its content. A text that begins with the name of a provider, such as “the simulator”, begins a sentence. */
export const worded = <Code extends MessageCode>(
  code: Code,
  params: ParamsOf<Code>,
  text: string,
): Wording => ({
  text: text.slice(0, 1).toUpperCase() + text.slice(1),
  messages: [message(code, params)],
});

/** Both texts, one after the other; a first one that is null is left out. */
export const followedBy = (first: Wording | null, second: Wording): Wording =>
  first === null
    ? second
    : { text: `${first.text} ${second.text}`, messages: [...first.messages, ...second.messages] };
