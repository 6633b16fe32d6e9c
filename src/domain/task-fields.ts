import type { VideoTask, VisibleTask } from './video-task.ts';

/** The parts of a task. Every other field is a value of its own. */
export const taskParts = ['spec', 'provider', 'result', 'work'] as const;
/** A part of a task. */
export type TaskPart = (typeof taskParts)[number];

type FieldsOf<Task extends VisibleTask> =
  | Exclude<keyof Task & keyof VideoTask, TaskPart>
  | { [Part in TaskPart]: `${Part}.${keyof Task[Part] & string}` }[TaskPart];

/** The path of one field of a task, such as `id` or `spec.model`. */
export type TaskField = FieldsOf<VideoTask>;
/** The path of one field of a task that its owner may see. */
export type VisibleField = FieldsOf<VisibleTask>;

type Within<Field extends string, Part extends TaskPart> = Field extends `${Part}.${infer Name}`
  ? Name
  : never;

/** The value of a field. */
export type FieldValue<Field extends TaskField> = Field extends keyof VideoTask
  ? VideoTask[Field]
  : { [Part in TaskPart]: VideoTask[Part][Within<Field, Part> & keyof VideoTask[Part]] }[TaskPart];

/** A task of which only some fields were read. */
export type TaskWith<Field extends TaskField> = Pick<VideoTask, Field & keyof VideoTask> & {
  readonly [Part in TaskPart as Within<Field, Part> extends never ? never : Part]: Pick<
    VideoTask[Part],
    Within<Field, Part> & keyof VideoTask[Part]
  >;
};

/** Fields to write over those of a task: of a part, those that are named. */
export type TaskPatch = {
  readonly [Key in keyof VideoTask]?: Key extends TaskPart ? Partial<VideoTask[Key]> : VideoTask[Key];
};

/** A task with a patch written over it. */
export const patched = (task: VideoTask, patch: TaskPatch): VideoTask => ({
  ...task,
  ...patch,
  spec: { ...task.spec, ...patch.spec },
  provider: { ...task.provider, ...patch.provider },
  result: { ...task.result, ...patch.result },
  work: { ...task.work, ...patch.work },
});
