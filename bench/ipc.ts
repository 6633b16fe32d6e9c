import type { ChildProcess } from 'node:child_process';

/** Handlers of one side, by name. */
export type Handlers = Readonly<Record<string, (argument: never) => unknown>>;

interface Call {
  readonly call: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly call: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** In a child process: runs the handlers that its parent calls; when the parent is gone, cleans up and exits. */
export function answerParent(handlers: Handlers, cleanUp: () => unknown = () => {}): void {
  process.on('message', ({ call, name, argument }: Call) => {
    const handler = handlers[name] as ((argument: unknown) => unknown) | undefined;
    const run = async () => {
      if (handler === undefined) throw new Error(`There is no ${name}`);
      return handler(argument);
    };
    run().then(
      (value) => process.send?.({ call, value } satisfies Answer),
      (error: unknown) =>
        process.send?.({ call, error: String(error instanceof Error ? error.stack : error) }),
    );
  });
  // Ctrl-C in a terminal is sent to children too: the parent decides.
  process.on('SIGINT', () => {});
  process.once('disconnect', () => {
    Promise.try(cleanUp).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
}

/** In the parent: calls a child by the names of its handlers. */
export class Caller<H extends Handlers> {
  readonly #child: ChildProcess;
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  #calls = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', ({ call, value, error }: Answer) => {
      const waiting = this.#open.get(call);
      this.#open.delete(call);
      if (error === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(error));
    });
    child.once('exit', (code, signal) => {
      const error = new Error(`A process ended on its own: ${code ?? signal}`);
      for (const waiting of this.#open.values()) waiting.reject(error);
      this.#open.clear();
    });
  }

  /** Resolves with the result of the handler; rejects when it throws or the process exits. */
  call<N extends keyof H & string>(
    name: N,
    ...[argument]: Parameters<H[N]>
  ): Promise<Awaited<ReturnType<H[N]>>> {
    const call = ++this.#calls;
    const waiting = Promise.withResolvers<unknown>();
    this.#open.set(call, waiting);
    this.#child.send({ call, name, argument } satisfies Call);
    return waiting.promise as Promise<Awaited<ReturnType<H[N]>>>;
  }
}
