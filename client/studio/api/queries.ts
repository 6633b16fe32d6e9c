import type { ResultOf } from 'gql.tada';
import { graphql } from './graphql.ts';
import { TaskFields, UserErrorFields } from './task.ts';

const ViewerFields = graphql(`
  fragment ViewerFields on Viewer {
    owner
    spentThisMonth {
      amount
      settled
    }
    budgetPerMonth {
      amount
    }
    canDraftPrompt
  }
`);

/** The user, the money spent and the health of the providers; read again after each change that may have moved money. */
export const ViewerQuery = graphql(
  `
    query Viewer {
      viewer {
        ...ViewerFields
      }
      providers {
        name
        health
        keyRefused
      }
    }
  `,
  [ViewerFields],
);
/** The user of this page. */
export type Viewer = ResultOf<typeof ViewerQuery>['viewer'];

/** The data that the page opens with. */
export const StartQuery = graphql(
  `
    query Start {
      viewer {
        ...ViewerFields
      }
      providers {
        name
        label
        configured
        health
        keyRefused
        models {
          id
          label
          maker
          aspectRatios
          durations
          defaultDuration
          resolutions
          defaultResolution
          resolutionLimits {
            resolution
            durations
          }
          imageUseLimits {
            use
            model
            min
            max
            durations
            resolutions
            aspectRatios
          }
          requiresImages
          audio
          defaultAudio
          acceptsNegativePrompt
          acceptsSeed
          price {
            amount
          }
          typicalSeconds
          successRate
          successor
          retiredAt
        }
      }
    }
  `,
  [ViewerFields],
);
/** A provider of videos. */
export type Provider = ResultOf<typeof StartQuery>['providers'][number];
/** The part of a provider that changes while the page is open. */
export type ProviderState = Pick<Provider, 'name' | 'health' | 'keyRefused'>;
/** A model of a provider and its capabilities. */
export type Model = Provider['models'][number];

/** The cost of the tasks of some UTC days, and the balance at each provider. */
export const SpendingQuery = graphql(`
  query Spending($from: DateTime!, $to: DateTime!) {
    spending(from: $from, to: $to) {
      total {
        amount
        settled
      }
      tasks
      byDay {
        day
        cost {
          amount
          settled
        }
        tasks
      }
      byModel {
        provider
        model
        cost {
          amount
          settled
        }
        tasks
      }
      byLabel {
        label
        cost {
          amount
          settled
        }
        tasks
      }
      otherLabels {
        amount
        settled
      }
    }
    providers {
      name
      configured
      credits
    }
  }
`);
/** A report of costs. */
export type Spending = ResultOf<typeof SpendingQuery>;

/** The price of each model for the chosen settings. */
export const PricesQuery = graphql(`
  query Prices($durationSeconds: Int, $resolution: Resolution, $audio: Boolean, $imageCount: Int) {
    providers {
      name
      models {
        id
        price(
          durationSeconds: $durationSeconds
          resolution: $resolution
          audio: $audio
          imageCount: $imageCount
        ) {
          amount
        }
      }
    }
  }
`);

/** A page of tasks, newest first: the first ones after a cursor, or the last ones before it. */
export const ListQuery = graphql(
  `
    query List($first: Int, $after: String, $last: Int, $before: String, $filter: VideoTaskFilter) {
      videoTasks(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
        edges {
          node {
            ...TaskFields
          }
        }
        pageInfo {
          hasNextPage
          endCursor
          hasPreviousPage
          startCursor
        }
        revision
      }
    }
  `,
  [TaskFields],
);

/** The number of tasks that match a filter: not with each page, as the server counts them for it. */
export const CountQuery = graphql(`
  query Count($filter: VideoTaskFilter) {
    videoTasks(first: 1, filter: $filter) {
      totalCount
      totalCountExact
      revision
    }
  }
`);

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

/** The cost and the time of the form's input. */
export const EstimateQuery = graphql(
  `
    query Estimate($input: GenerateVideoInput!) {
      estimateVideo(input: $input) {
        provider
        model
        prompt
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
/** The expected cost and time of a video. */
export type Estimate = ResultOf<typeof EstimateQuery>['estimateVideo'];
