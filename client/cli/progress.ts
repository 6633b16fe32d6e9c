import { SingleBar } from 'cli-progress';
import type { Output } from './output.ts';
import { isTerminal, type Task } from './task.ts';
import { clock, describeStage } from './format.ts';

/** Shows the progress of a task. Disposed when the wait ends, for any reason. */
export interface ProgressView extends Disposable {
  show(task: Task): void;
  /** Prints a message between two states. */
  note(text: string): void;
}

/** A bar on a terminal, lines elsewhere; nothing with `--json`. */
export function progressView(output: Output): ProgressView {
  if (output.isJson) return { show: () => {}, note: (text) => output.note(text), [Symbol.dispose]: () => {} };
  return process.stderr.isTTY ? new Bar(output) : new Lines(output);
}

/** Prints a line when the stage or the percentage changes. */
class Lines implements ProgressView {
  readonly #output: Output;
  #last = '';

  constructor(output: Output) {
    this.#output = output;
  }

  show(task: Task): void {
    const { percent, estimated, elapsedSeconds, remainingSeconds } = task.progress;
    const parts = [
      describeStage(task),
      ...(task.stage === 'GENERATING' ? [`${percent} %${estimated ? ' (estimated)' : ''}`] : []),
    ].join(', ');
    if (parts !== this.#last) {
      const left = remainingSeconds === null ? '' : `, about ${clock(remainingSeconds)} left`;
      this.#output.note(`${clock(elapsedSeconds)}  ${parts}${isTerminal(task) ? '' : left}`);
    }
    this.#last = parts;
  }

  note(text: string): void {
    this.#output.note(text);
  }

  [Symbol.dispose](): void {}
}

/** The estimates of the server never exceed this before the task ends. */
const estimateCeiling = 95;
const redrawMs = 1000;

/**
 * The progress of a task some seconds after an event: the server reports changes, not the passing of time. The percentage
 * never falls, and stays below 100 until the task ends.
 */
export function progressNow(
  { progress: { percent, estimated, elapsedSeconds, remainingSeconds } }: Pick<Task, 'progress'>,
  sinceSeconds: number,
): { percent: number; estimated: boolean; elapsedSeconds: number; remainingSeconds: number | null } {
  if (remainingSeconds === null || remainingSeconds <= 0 || percent >= estimateCeiling) {
    return { percent, estimated, elapsedSeconds: elapsedSeconds + sinceSeconds, remainingSeconds };
  }
  const share = Math.min(1, sinceSeconds / remainingSeconds);
  const grown = Math.floor(percent + (estimateCeiling - percent) * share);
  return {
    percent: grown,
    estimated: estimated || grown > percent,
    elapsedSeconds: elapsedSeconds + sinceSeconds,
    remainingSeconds: share < 1 ? remainingSeconds - sinceSeconds : null,
  };
}

/** A bar that moves between two events. */
class Bar implements ProgressView {
  readonly #output: Output;
  readonly #bar = new SingleBar({
    format: '{bar} {percentage} %{words}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    // The program handles signals itself.
    gracefulExit: false,
  });
  #redraw: NodeJS.Timeout | undefined;
  #task: Task | undefined;
  #at = 0;
  /** The percentage shown: this estimate may be ahead of the next one of the server. */
  #percent = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  show(task: Task): void {
    this.#task = task;
    this.#at = performance.now();
    if (isTerminal(task)) {
      this[Symbol.dispose]();
      this.#output.note(`${clock(task.progress.elapsedSeconds)}  ${describeStage(task)}`);
      return;
    }
    this.#start();
    this.#draw();
  }

  note(text: string): void {
    // A stopped bar clears its own line; a new one starts below the message.
    this[Symbol.dispose]();
    this.#output.note(text);
    this.#start();
  }

  [Symbol.dispose](): void {
    if (this.#redraw === undefined) return;
    clearInterval(this.#redraw);
    this.#redraw = undefined;
    this.#bar.stop();
  }

  #start(): void {
    if (this.#task === undefined || isTerminal(this.#task) || this.#redraw !== undefined) return;
    this.#bar.start(100, this.#now(this.#task).percent, { words: '' });
    this.#redraw = setInterval(() => this.#draw(), redrawMs);
  }

  #now(task: Task): ReturnType<typeof progressNow> {
    const now = progressNow(task, (performance.now() - this.#at) / 1000);
    this.#percent = Math.max(this.#percent, now.percent);
    return { ...now, percent: this.#percent };
  }

  #draw(): void {
    if (this.#task === undefined || this.#redraw === undefined) return;
    const { percent, estimated, elapsedSeconds, remainingSeconds } = this.#now(this.#task);
    const parts = [
      `${estimated ? ' (estimated)' : ''}  ${describeStage(this.#task)}`,
      `${clock(elapsedSeconds)} elapsed`,
      ...(remainingSeconds === null ? [] : [`about ${clock(remainingSeconds)} left`]),
    ].join(' · ');
    this.#bar.update(percent, { words: parts });
  }
}
