import type { ResultOf } from 'gql.tada';
import { graphql } from './graphql.ts';

/** Everything that a card and its dialog show: what any answer or event brings is a whole task. */
const TaskFields = graphql(`
  fragment TaskFields on VideoTask {
    id
    status
    stage
    provider
    model
    providerTaskId
    providerStatus
    prompt
    label
    useCase
    referenceImages {
      url
      uploadId
    }
    aspectRatio
    durationSeconds
    resolution
    videoUrl
    video {
      bytes
      width
      height
      posterUrl
    }
    error {
      code
      message
      providerCode
      retryable
      billed
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
    }
  }
`);
/** A video task as the server tells it. */
export type Task = ResultOf<typeof TaskFields>;

const UserErrorFields = graphql(`
  fragment UserErrorFields on UserError {
    code
    message
    field
  }
`);
/** Something that the person can mend. */
export type UserError = ResultOf<typeof UserErrorFields>;

const MoneyFields = graphql(`
  fragment MoneyFields on Viewer {
    owner
    spentThisMonth {
      amount
      settled
    }
    budgetPerMonth {
      amount
    }
  }
`);

/** Who asks, and what he spent; asked again whenever money moved. */
export const ViewerQuery = graphql(
  `
    query Viewer {
      viewer {
        ...MoneyFields
      }
    }
  `,
  [MoneyFields],
);
/** Who asks. */
export type Viewer = ResultOf<typeof ViewerQuery>['viewer'];

/** What the page opens with. */
export const StartQuery = graphql(
  `
    query Start {
      viewer {
        ...MoneyFields
      }
      providers {
        name
        label
        configured
        health
        models {
          id
          label
          aspectRatios
          durations
          defaultDuration
          resolutions
          defaultResolution
          imageUseLimits {
            use
            min
            max
            durations
          }
          price {
            amount
          }
          typicalSeconds
        }
      }
    }
  `,
  [MoneyFields],
);
/** Somebody who makes videos. */
export type Provider = ResultOf<typeof StartQuery>['providers'][number];
/** What one model can do. */
export type Model = Provider['models'][number];

/** A page of tasks, newest first. */
export const ListQuery = graphql(
  `
    query List($first: Int!, $after: String, $filter: VideoTaskFilter) {
      videoTasks(first: $first, after: $after, filter: $filter) {
        edges {
          node {
            ...TaskFields
          }
        }
        pageInfo {
          hasNextPage
          endCursor
        }
        totalCount
        revision
      }
    }
  `,
  [TaskFields],
);

/** One task, for a link to it. */
export const TaskQuery = graphql(
  `
    query Task($id: ID!) {
      videoTask(id: $id) {
        ...TaskFields
      }
    }
  `,
  [TaskFields],
);

/** Every state of every task of the viewer. */
export const FeedSubscription = graphql(
  `
    subscription Feed($after: String) {
      taskStatusChanged(after: $after) {
        ...TaskFields
      }
    }
  `,
  [TaskFields],
);

/** What the form's input would cost and take. */
export const EstimateQuery = graphql(
  `
    query Estimate($input: GenerateVideoInput!) {
      estimateVideo(input: $input) {
        provider
        model
        cost {
          amount
          credits
        }
        seconds
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [UserErrorFields],
);
/** What a video would cost and take. */
export type Estimate = ResultOf<typeof EstimateQuery>['estimateVideo'];

/** Takes a video. */
export const GenerateMutation = graphql(
  `
    mutation Generate($input: GenerateVideoInput!) {
      generateVideo(input: $input) {
        task {
          ...TaskFields
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [TaskFields, UserErrorFields],
);

/** Follows a task that was made elsewhere. */
export const TrackMutation = graphql(
  `
    mutation Track($input: TrackVideoTaskInput!) {
      trackVideoTask(input: $input) {
        task {
          ...TaskFields
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [TaskFields, UserErrorFields],
);

/** Checks now. */
export const RefreshMutation = graphql(
  `
    mutation Refresh($id: ID!) {
      refreshVideoTask(id: $id) {
        task {
          ...TaskFields
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [TaskFields, UserErrorFields],
);

/** Gives a task up. */
export const CancelMutation = graphql(
  `
    mutation Cancel($id: ID!) {
      cancelVideoTask(id: $id) {
        task {
          ...TaskFields
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [TaskFields, UserErrorFields],
);

/** Makes the same again. */
export const RetryMutation = graphql(
  `
    mutation Retry($id: ID!, $idempotencyKey: String) {
      retryVideoTask(id: $id, idempotencyKey: $idempotencyKey) {
        task {
          ...TaskFields
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [TaskFields, UserErrorFields],
);

/** Ends the doubt about a submission. */
export const ResolveMutation = graphql(
  `
    mutation Resolve($id: ID!, $resolution: SubmissionResolution!) {
      resolveSubmission(id: $id, resolution: $resolution) {
        task {
          ...TaskFields
        }
        userErrors {
          ...UserErrorFields
        }
      }
    }
  `,
  [TaskFields, UserErrorFields],
);

/** Deletes a task that has ended, and its video. */
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

/** Keeps an image for the next tasks. */
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
