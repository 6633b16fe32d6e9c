/** A variable: what stands without it, what it means, and how its text becomes a value. */
export interface Variable<T> {
  /** The text that stands when it is unset; null when there is none. */
  readonly fallback: string | null;
  readonly meaning: string;
  readonly parse: (text: string) => T | Complaint;
}

/** What a parser wants instead. Never repeats the value, which may be a secret. */
export class Complaint {
  readonly wants: string;

  constructor(wants: string) {
    this.wants = wants;
  }
}

/** A variable with a default. */
export const given = <T>(fallback: string, meaning: string, parse: Variable<T>['parse']) =>
  ({ fallback, meaning, parse }) as const;
/** A variable without one. */
export const optional = <T>(meaning: string, parse: Variable<T>['parse']) =>
  ({ fallback: null, meaning, parse }) as const;
