import { graphql } from './graphql.ts';
import { TaskFields, UserErrorFields } from './task.ts';

const PayloadFields = graphql(
  `
    fragment PayloadFields on VideoTaskPayload {
      task {
        ...TaskFields
      }
      userErrors {
        ...UserErrorFields
      }
    }
  `,
  [TaskFields, UserErrorFields],
);

/** Orders a video. Paid; `input` carries an idempotency key. */
export const GenerateMutation = graphql(
  `
    mutation Generate($input: GenerateVideoInput!) {
      generateVideo(input: $input) {
        ...PayloadFields
      }
    }
  `,
  [PayloadFields],
);

/** Follows a task that was made elsewhere. */
export const TrackMutation = graphql(
  `
    mutation Track($input: TrackVideoTaskInput!) {
      trackVideoTask(input: $input) {
        ...PayloadFields
      }
    }
  `,
  [PayloadFields],
);

/** Checks a task at its provider now. */
export const RefreshMutation = graphql(
  `
    mutation Refresh($id: ID!) {
      refreshVideoTask(id: $id) {
        ...PayloadFields
      }
    }
  `,
  [PayloadFields],
);

/** Cancels a task. */
export const CancelMutation = graphql(
  `
    mutation Cancel($id: ID!) {
      cancelVideoTask(id: $id) {
        ...PayloadFields
      }
    }
  `,
  [PayloadFields],
);

/** Makes a new task with the input of an ended one. Paid. */
export const RetryMutation = graphql(
  `
    mutation Retry($id: ID!, $idempotencyKey: String) {
      retryVideoTask(id: $id, idempotencyKey: $idempotencyKey) {
        ...PayloadFields
      }
    }
  `,
  [PayloadFields],
);

/** Resolves a submission of unknown outcome. */
export const ResolveMutation = graphql(
  `
    mutation Resolve($id: ID!, $resolution: SubmissionResolution!) {
      resolveSubmission(id: $id, resolution: $resolution) {
        ...PayloadFields
      }
    }
  `,
  [PayloadFields],
);

/** Deletes an ended task and its video. */
export const DeleteMutation = graphql(
  `
    mutation Delete($id: ID!) {
      deleteVideoTask(id: $id) {
        deletedId
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

/** Drafts a prompt from images. Sends nothing to a provider of videos. */
export const DraftPromptMutation = graphql(
  `
    mutation DraftPrompt($input: DraftPromptInput!) {
      draftPrompt(input: $input) {
        prompt
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

/** Uploads a reference image. */
export const UploadMutation = graphql(
  `
    mutation Upload($file: File!) {
      uploadReferenceImage(file: $file) {
        image {
          url
          uploadId
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);

/** Stores a frame of a video as its poster. */
export const StorePosterMutation = graphql(`
  mutation StorePoster($id: ID!, $file: File!) {
    storePoster(id: $id, file: $file) {
      userErrors {
        code
      }
    }
  }
`);
