const fields = `{
    id status stage provider model providerStatus prompt label videoUrl
    error { code message } createdAt updatedAt revision
  }`;

const plain = `subscription ($id: ID!) {
  taskStatusChanged(id: $id) ${fields}
}`;

const feed = `subscription { taskStatusChanged ${fields} }`;

const aliased = `subscription Watch($task: ID!) {
  changed: taskStatusChanged(id: $task) {
    key: id state: status exactly: stage says: providerStatus text: prompt made: createdAt url: videoUrl
    wrong: error { kind: code why: message } at: updatedAt place: revision by: provider
  }
}`;

const fragments = `subscription Card($id: ID!) {
  taskStatusChanged(id: $id) { ...Head ... on VideoTask { providerStatus prompt ...Times } ...Head }
}
fragment Head on VideoTask { id status stage videoUrl error { ...Error } }
fragment Error on VideoTaskError { code message }
fragment Times on VideoTask { createdAt updatedAt revision }`;

const conditional = `subscription ($id: ID!, $long: Boolean = true, $short: Boolean = false) {
  taskStatusChanged(id: $id) {
    __typename id status @skip(if: $short) now: stage providerStatus prompt @include(if: $long)
    model @include(if: $short) updatedAt revision
  }
}`;

/** Subscriptions of the clients, assigned to subscribers in rotation; `variable`: the one that takes the task's id. */
export const operations = {
  /** One query for all. */
  plain: [{ query: plain, variable: 'id' }],
  /** Aliases, fragments, directives: four shapes for one task. */
  mixed: [
    { query: plain, variable: 'id' },
    { query: aliased, variable: 'task' },
    { query: fragments, variable: 'id' },
    { query: conditional, variable: 'id' },
  ],
  /** All tasks of the owner. */
  feed: [{ query: feed, variable: null }],
} as const;

/** The names of the sets. */
export type Operations = keyof typeof operations;

/** The query of the throughput scenario. */
export const videoTaskQuery = `query ($id: ID!) {
  videoTask(id: $id) {
    id status stage provider model providerStatus prompt label createdAt revision
  }
}`;
