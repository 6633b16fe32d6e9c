import type { ExecutionResult } from 'graphql';
import type { Viewer } from '../schema/context.ts';
import { codedError } from '../schema/errors.ts';
import type { MaybePromise } from '../store/store.ts';
import type { GraphQLEngine } from './engine.ts';
import type { Entrance } from './entrance.ts';
import { typeOf, type ValidOperation } from './operation.ts';
import type { Caller, ResponseRoom } from './response-room.ts';
import { maxCharacters, measured } from './result-size.ts';

/** An operation up to this has a response of at most about 250 KB, unless each character is six in JSON. */
const smallComplexity = 500;
/** Of the fields with long values: a prompt of 10,000 characters counts as 20. */
const charactersPerUnit = 500;
/** Results of an operation grow from one to the next, as texts do: more room than the largest so far had. */
const growth = 1.25;

/** What the executor needs. */
export interface ExecutorOptions {
  readonly engine: GraphQLEngine;
  readonly entrance: Entrance;
  readonly room: ResponseRoom;
}

/**
 * Executes queries and mutations for every transport: those with large responses when there is room for them, and reads
 * within the slots of their owner.
 */
export class Executor {
  readonly #options: ExecutorOptions;

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /**
   * As `execute` of the engine. An operation for whose response there is no room in time is refused before anything is
   * executed.
   *
   * @param caller who waits for the result: for one that is gone, an operation that waits is not executed
   */
  execute(operation: ValidOperation, viewer: Viewer, caller: Caller): MaybePromise<ExecutionResult> {
    const complexity = this.#options.engine.resultComplexityOf(operation);
    if (complexity <= smallComplexity) return this.#execute(operation, viewer);
    const most = Math.min(complexity * charactersPerUnit, maxCharacters);
    const share = operation.operation?.greatestShare ?? 1;
    const size = { most, taken: Math.min(most, most * share * growth) };
    const entering = this.#options.room.enter(viewer.owner, size.taken, caller);
    if (entering === null) return this.#executeInRoom(operation, viewer, size);
    return entering.then((isAdmitted) =>
      isAdmitted ? this.#executeInRoom(operation, viewer, size) : { errors: [noRoom()] },
    );
  }

  #execute(operation: ValidOperation, viewer: Viewer): MaybePromise<ExecutionResult> {
    const { engine, entrance } = this.#options;
    const result = engine.execute(operation, viewer);
    return result instanceof Promise && typeOf(operation) === 'query'
      ? entrance.hold(viewer.owner, result)
      : result;
  }

  #executeInRoom(
    operation: ValidOperation,
    viewer: Viewer,
    { most, taken }: { readonly most: number; readonly taken: number },
  ): MaybePromise<ExecutionResult> {
    const leave = (made: ExecutionResult) => {
      const { result, characters } = measured(made);
      this.#options.room.leave(viewer.owner, taken, characters);
      const compiled = operation.operation;
      // A refused operation says nothing of the size of the next.
      if (compiled && result.data) {
        compiled.greatestShare = Math.max(compiled.greatestShare ?? 0, characters / most);
      }
      return result;
    };
    const made = this.#execute(operation, viewer);
    return made instanceof Promise ? made.then(leave) : leave(made);
  }
}

const noRoom = () =>
  codedError(
    'LIMIT_EXCEEDED',
    'Too many bytes of your responses are not read. Read them, or send the operation again later.',
  );
