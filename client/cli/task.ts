import { z } from 'zod';

/** Fields of a task that this client reads. */
export const taskFields = `
  id status stage provider model providerTaskId providerStatus prompt label
  aspectRatio durationSeconds resolution videoUrl
  video { contentType bytes sha256 }
  error { code message providerCode retryable billed }
  progress { percent estimated elapsedSeconds remainingSeconds queuePosition }
  cost { amount currency credits settled }
  hint retryOf { id } createdAt submittedAt completedAt updatedAt revision
`;

/** The shape of those fields. `--json` prints them unchanged. */
export const taskShape = z.object({
  id: z.string(),
  status: z.enum(['QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELED']),
  stage: z.enum([
    'WAITING',
    'SUBMITTING',
    'SUBMISSION_UNKNOWN',
    'GENERATING',
    'COMPLETED',
    'FAILED',
    'CANCELED',
  ]),
  provider: z.string(),
  model: z.string(),
  providerTaskId: z.string().nullable(),
  providerStatus: z.string().nullable(),
  prompt: z.string(),
  label: z.string().nullable(),
  aspectRatio: z.string(),
  durationSeconds: z.number().nullable(),
  resolution: z.string().nullable(),
  videoUrl: z.string().nullable(),
  video: z
    .object({
      contentType: z.string().nullable(),
      bytes: z.number().nullable(),
      sha256: z.string().nullable(),
    })
    .nullable(),
  error: z
    .object({
      code: z.string(),
      message: z.string(),
      providerCode: z.string().nullable(),
      retryable: z.boolean(),
      billed: z.enum(['YES', 'NO', 'UNKNOWN']),
    })
    .nullable(),
  progress: z.object({
    percent: z.number(),
    estimated: z.boolean(),
    elapsedSeconds: z.number(),
    remainingSeconds: z.number().nullable(),
    queuePosition: z.number().nullable(),
  }),
  cost: z
    .object({
      amount: z.number(),
      currency: z.string(),
      credits: z.number().nullable(),
      settled: z.boolean(),
    })
    .nullable(),
  hint: z.string().nullable(),
  retryOf: z.object({ id: z.string() }).nullable(),
  createdAt: z.string(),
  submittedAt: z.string().nullable(),
  completedAt: z.string().nullable(),
  updatedAt: z.string(),
  revision: z.string(),
});

/** A task as the server reports it. */
export type Task = z.infer<typeof taskShape>;

/** True if the task has ended. */
export const isTerminal = ({ status }: Task): boolean =>
  status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELED';

/** True if the task waits for a person to check the provider. */
export const needsPerson = ({ stage }: Task): boolean => stage === 'SUBMISSION_UNKNOWN';
