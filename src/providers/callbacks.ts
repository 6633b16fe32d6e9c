import type { IncomingHttpHeaders } from 'node:http';
import type { SettingGroup, Values } from '../settings/setting.ts';

/** Callbacks of a provider. The server knows the address and its token; the provider knows what a call contains. */
export interface ProviderCallbacks<S extends SettingGroup = SettingGroup> {
  /** The segment of the address: `/callbacks/PATH/TOKEN`. */
  readonly path: string;
  /** The settings that have no effect unless it calls back. */
  readonly variables: readonly string[];
  createReader(settings: Values<S>): CallbackReader;
}

/** Reads the calls of one provider. */
export interface CallbackReader {
  /** Begins to read one call. */
  begin(headers: IncomingHttpHeaders): CallbackReading;
}

/** One call while its body arrives. Bounded in memory, whatever arrives. */
export interface CallbackReading {
  /** Takes the next part of the body; returns how many bytes are held now. */
  add(part: Buffer): number;
  /**
   * Ends the reading; called once, after the last part, also after one that was not the end of the body.
   *
   * @param now milliseconds since 1970, against which the age of a signature is measured
   */
  end(now: number): CallbackContent;
}

/** The content of a call: a hint to check a task, never its state. */
export type CallbackContent =
  | {
      readonly kind: 'read';
      /** Every provider task id that it names, the likeliest first. */
      readonly ids: readonly string[];
      /** The one that it is about; null where it names none. */
      readonly providerTaskId: string | null;
    }
  /** Not proven to be the provider's. `reason` is a sentence for the caller; `ids` are for the log alone. */
  | { readonly kind: 'refused'; readonly reason: string; readonly ids: readonly string[] };
