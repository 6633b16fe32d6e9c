/** A segment of a path; no `..`, so that no id leads to another path. */
const segment = '[\\w-][\\w.:@-]{0,200}';
const publisherOperation = new RegExp(
  `^(projects/${segment}/locations/([a-z\\d-]{1,63})/publishers/${segment}/models/${segment})/operations/${segment}$`,
);
const otherOperation = new RegExp(`^projects/${segment}(?:/${segment}){0,10}/operations/${segment}$`);

/** Where an operation is asked for. */
export interface OperationPath {
  readonly location: string;
  /** Of the model, below the version of the API. */
  readonly path: string;
}

/**
 * The path at which the operation of a name is asked for: that of its model, which its name begins with (Google docs, 2026).
 * A name of another form is asked for at the model of the task.
 *
 * @returns null for what cannot be the name of an operation
 */
export function operationPath(
  name: string,
  task: { readonly project: string; readonly location: string; readonly model: string },
): OperationPath | null {
  const [, path, location] = publisherOperation.exec(name) ?? [];
  if (path !== undefined && location !== undefined) return { path, location };
  const { project, model } = task;
  return otherOperation.test(name) && /^[\w-][\w.-]*$/.test(model)
    ? {
        path: `projects/${project}/locations/${task.location}/publishers/google/models/${model}`,
        location: task.location,
      }
    : null;
}
