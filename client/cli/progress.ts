import { SingleBar } from 'cli-progress';
import type { Output } from './output.ts';
import { isTerminal, type Task } from './task.ts';
import { clock, stageInWords } from './words.ts';

/** Shows a person how a task gets on. Disposed of when the waiting ends, whichever way. */
export interface ProgressView extends Disposable {
  show(task: Task): void;
  /** A sentence in between. */
  note(text: string): void;
}

/** A bar where a person looks on, lines elsewhere; nothing beside the JSON. */
export function progressView(output: Output): ProgressView {
  if (output.isJson) return { show: () => {}, note: (text) => output.note(text), [Symbol.dispose]: () => {} };
  return process.stderr.isTTY ? new Bar(output) : new Lines(output);
}

/** One line whenever something that people care about changes. */
class Lines implements ProgressView {
  readonly #output: Output;
  #last = '';

  constructor(output: Output) {
    this.#output = output;
  }

  show(task: Task): void {
    const { percent, estimated, elapsedSeconds, remainingSeconds } = task.progress;
    const words = [
      stageInWords(task),
      ...(task.stage === 'GENERATING' ? [`${percent} %${estimated ? ' (estimated)' : ''}`] : []),
    ].join(', ');
    if (words !== this.#last) {
      const left = remainingSeconds === null ? '' : `, about ${clock(remainingSeconds)} left`;
      this.#output.note(`${clock(elapsedSeconds)}  ${words}${isTerminal(task) ? '' : left}`);
    }
    this.#last = words;
  }

  note(text: string): void {
    this.#output.note(text);
  }

  [Symbol.dispose](): void {}
}

/** The server's own estimates go no further than this without a proof. */
const estimateCeiling = 95;
const redrawMs = 1000;

/**
 * How far a task is by now, between two messages: the server tells changes, not the passing of time. Never falls,
 * and waits below the end for the truth.
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

/** A bar that moves between the messages. */
class Bar implements ProgressView {
  readonly #output: Output;
  readonly #bar = new SingleBar({
    format: '{bar} {percentage} %{words}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    // Signals are the program's matter.
    gracefulExit: false,
  });
  #redraw: NodeJS.Timeout | undefined;
  #task: Task | undefined;
  #at = 0;
  /** What was shown: an estimate of ours may be ahead of the next one of the server. */
  #percent = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  show(task: Task): void {
    this.#task = task;
    this.#at = performance.now();
    if (isTerminal(task)) {
      this[Symbol.dispose]();
      this.#output.note(`${clock(task.progress.elapsedSeconds)}  ${stageInWords(task)}`);
      return;
    }
    this.#begin();
    this.#draw();
  }

  note(text: string): void {
    // The bar goes back to where it began when it stops: it begins anew below the sentence.
    this[Symbol.dispose]();
    this.#output.note(text);
    this.#begin();
  }

  [Symbol.dispose](): void {
    if (this.#redraw === undefined) return;
    clearInterval(this.#redraw);
    this.#redraw = undefined;
    this.#bar.stop();
  }

  #begin(): void {
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
    const words = [
      `${estimated ? ' (estimated)' : ''}  ${stageInWords(this.#task)}`,
      `${clock(elapsedSeconds)} elapsed`,
      ...(remainingSeconds === null ? [] : [`about ${clock(remainingSeconds)} left`]),
    ].join(' · ');
    this.#bar.update(percent, { words });
  }
}
