import type { TaskErrorCode } from '../../domain/video-task.ts';
import { errorCodeByText } from './failure-texts.ts';

/** The interpretation of one code. */
interface StatusCode {
  /**
   * In response to a paid create without a task id. `rejected`: "rejected, not queued", so the same request is sent
   * again later. `unknown`: it may have been accepted and billed.
   */
  readonly onCreate: TaskErrorCode | 'rejected' | 'unknown';
  /** True if a cause that the message names goes before `onCreate`. */
  readonly hasCauses?: true;
  /**
   * In response to a check. `access`: about this server's access at this time, and never about the task. `fault`: about
   * the task only beside a failed record of it. `failure`: its generation failed, or is under way by the message.
   */
  readonly onCheck: 'access' | 'fault' | 'failure' | 'notFound';
}

/**
 * Kie's status codes, with which it responds to creates and checks alike: nearly always as `code` of the body in HTTP 200
 * (recordings, 2026), for some also as the HTTP status (Kie docs, 2026-06 and 2026-10).
 */
const statusCodes: Readonly<Record<number, StatusCode>> = {
  /** Content policy, an image that cannot be fetched; at an upgrade also "is processing". */
  400: { onCreate: 'unknown', hasCauses: true, onCheck: 'failure' },
  /** A key that is missing or wrong. */
  401: { onCreate: 'PROVIDER_UNAUTHORIZED', onCheck: 'access' },
  /** Not enough credits. */
  402: { onCreate: 'INSUFFICIENT_CREDITS', onCheck: 'failure' },
  /** A firewall between this server and Kie. */
  403: { onCreate: 'unknown', onCheck: 'access' },
  /** A model that is not offered, or no longer; of a check, a record that does not exist. */
  404: { onCreate: 'MODEL_RETIRED', hasCauses: true, onCheck: 'notFound' },
  /** An upstream that is silent. */
  408: { onCreate: 'unknown', onCheck: 'access' },
  /** Invalid input; of a check, also a record that does not exist. */
  422: { onCreate: 'PROVIDER_REJECTED', hasCauses: true, onCheck: 'failure' },
  /** Over the account's rate: 20 creates in 10 s, 10 checks of a task in 1 s. */
  429: { onCreate: 'rejected', onCheck: 'access' },
  /** Over the spending cap of the key. */
  433: { onCreate: 'INSUFFICIENT_CREDITS', onCheck: 'access' },
  /** An image that cannot be fetched. */
  451: { onCreate: 'IMAGE_UNREACHABLE', onCheck: 'failure' },
  /** Maintenance. */
  455: { onCreate: 'rejected', onCheck: 'access' },
  /** An error of the server, or a generation that failed by one. */
  500: { onCreate: 'unknown', onCheck: 'fault' },
  /** A generation that failed permanently. */
  501: { onCreate: 'unknown', onCheck: 'failure' },
  /** A feature that is switched off. */
  505: { onCreate: 'PROVIDER_REJECTED', onCheck: 'failure' },
};

/** The code of a generation that failed permanently, with or without a record of it. */
export const generationFailed = 501;

/** The proof that a code gives in response to a create without a task id. */
export type CreateProof =
  | { readonly kind: 'refused'; readonly error: TaskErrorCode }
  /** Rejected and not queued: the same request may be sent again. */
  | { readonly kind: 'rejected' }
  /** None: it may have been accepted and billed. */
  | { readonly kind: 'unknown' };

/** Reads the proof that a code in a body of Kie gives about a paid create, where the body has no task id. */
export function readCreateCode(code: number, message: string | null): CreateProof {
  const { onCreate = 'unknown', hasCauses = false } = statusCodes[code] ?? {};
  const error = hasCauses && message !== null ? errorCodeByText(message) : null;
  if (error !== null) return { kind: 'refused', error };
  return onCreate === 'unknown' || onCreate === 'rejected'
    ? { kind: onCreate }
    : { kind: 'refused', error: onCreate };
}

/** True if a check says nothing about its task with this code, as HTTP status or in a body without a record. */
export const isFault = (code: number): boolean => {
  const meaning = statusCodes[code]?.onCheck;
  return meaning === undefined ? code >= 500 : meaning === 'access' || meaning === 'fault';
};

/** True if a check says nothing about its task with this code even beside a record of it. */
export const isAccessFault = (code: number): boolean => statusCodes[code]?.onCheck === 'access';

/** True if a code says that a generation failed; some of them are also sent with "is processing". */
export const isFailure = (code: number): boolean => {
  const meaning = statusCodes[code]?.onCheck;
  return meaning === 'failure' || meaning === 'fault';
};
