import type { Logger } from 'pino';

/** The time in which a message names the same caller once, in milliseconds. */
const windowMs = 10_000;
/** The different subjects for which a message names the same caller in that time. */
const maxSubjects = 5;
/** The callers that one message names in that time; there may be thousands. */
const maxCallers = 20;
/** Longer texts repeat what a caller or a provider sent. */
const longestText = 300;

/** The lines of one message in the present window. */
interface Message {
  begunAt: number;
  /** By caller: how many lines were left out since the one that was written. Callers of the last window too. */
  readonly leftOut: Map<string, { at: number; count: number; readonly subjects: Set<string> }>;
  lines: number;
  /** Lines left out that were about callers whose line is no longer remembered, or was never written. */
  othersLeftOut: number;
}

/** The value of a field of a line. */
type Field = string | number | boolean | null | undefined;

/**
 * Warnings that callers and providers can cause as often as they like: a message is written at most once in ten seconds
 * for each subject of a caller, for at most five subjects of each, and for at most twenty callers. The next line says how
 * many were left out.
 */
export class LimitedLog {
  readonly #log: Pick<Logger, 'warn'>;
  readonly #now: () => number;
  readonly #messages = new Map<string, Message>();

  /** @param now milliseconds of a clock that is never set */
  constructor(log: Pick<Logger, 'warn'>, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /**
   * Writes a line, or counts it as left out.
   *
   * @param message one of few: each is remembered
   * @param caller the owner or the address that caused it
   * @param fieldsOf the fields of the line; called only if it is written
   * @param subject what it is about, such as a task or a reason: a line about another one is written too
   */
  warn(message: string, caller: string, fieldsOf: () => Readonly<Record<string, Field>>, subject = ''): void {
    const now = this.#now();
    const state = this.#stateOf(message, now);
    const before = state.leftOut.get(caller);
    const recent = before !== undefined && now - before.at < windowMs ? before : null;
    if (recent !== null && (recent.subjects.has(subject) || recent.subjects.size >= maxSubjects)) {
      recent.count += 1;
      return;
    }
    if (recent === null && state.lines >= maxCallers) {
      state.othersLeftOut += 1;
      return;
    }
    if (recent === null) state.lines += 1;
    const { othersLeftOut } = state;
    const leftOut = before?.count ?? 0;
    state.othersLeftOut = 0;
    const subjects = recent?.subjects ?? new Set();
    state.leftOut.set(caller, { at: recent?.at ?? now, count: 0, subjects: subjects.add(subject) });
    const fields = Object.entries(fieldsOf()).map(([name, value]) => [name, shortened(value)]);
    this.#log.warn(
      {
        ...Object.fromEntries(fields),
        ...(leftOut > 0 && { leftOut }),
        ...(othersLeftOut > 0 && { othersLeftOut }),
      },
      message,
    );
  }

  #stateOf(message: string, now: number): Message {
    let state = this.#messages.get(message);
    if (state === undefined) {
      state = { begunAt: now, leftOut: new Map(), lines: 0, othersLeftOut: 0 };
      this.#messages.set(message, state);
    }
    if (now - state.begunAt < windowMs) return state;
    // A caller is remembered for one window more, so that its next line has its count.
    for (const [caller, { at, count }] of state.leftOut) {
      if (now - at < 2 * windowMs) continue;
      state.othersLeftOut += count;
      state.leftOut.delete(caller);
    }
    state.begunAt = now;
    state.lines = 0;
    return state;
  }
}

const shortened = (value: Field): Field =>
  typeof value === 'string' && value.length > longestText
    ? `${value.slice(0, longestText).toWellFormed()}…`
    : value;
