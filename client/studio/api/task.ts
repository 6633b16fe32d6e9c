import type { ResultOf } from 'gql.tada';
import { graphql } from './graphql.ts';

/** Everything that a card and its dialog show. Each response and each event carries a whole task. */
export const TaskFields = graphql(`
  fragment TaskFields on VideoTask {
    id
    owner
    status
    stage
    provider
    model
    providerTaskId
    providerStatus
    prompt
    userPrompt
    label
    group
    useCase
    referenceImages {
      url
      uploadId
    }
    negativePrompt
    audio
    aspectRatio
    durationSeconds
    resolution
    videoUrl
    video {
      bytes
      width
      height
      posterUrl
      posterOrigin
      removedAt
      shareUrl
    }
    error {
      code
      message
      providerCode
      retryable
      billed
      reason {
        code
        params
      }
    }
    progress {
      percent
      estimated
      elapsedSeconds
      remainingSeconds
      queuePosition
    }
    cost {
      amount
      credits
      settled
    }
    hint
    hintMessages {
      code
      params
    }
    retryOf {
      id
    }
    createdAt
    submittedAt
    completedAt
    deletedAt
    lastCheckedAt
    nextCheckAt
    checks
    revision
    history {
      stage
      at
      reason
      reasonMessages {
        code
        params
      }
    }
  }
`);
/** A video task as the server reports it. */
export type Task = ResultOf<typeof TaskFields>;

/** Everything that a form shows of a refusal. */
export const UserErrorFields = graphql(`
  fragment UserErrorFields on UserError {
    code
    message
    field
    reason {
      code
      params
    }
  }
`);
/** A refusal that the user can act on. */
export type UserError = ResultOf<typeof UserErrorFields>;
