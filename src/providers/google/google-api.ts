import type { OpenedVideo, VideoElsewhere, VideoProvider } from '../provider.ts';

/** One of the APIs at which Google makes videos. Each has its own models, credentials and ids. */
export interface GoogleApi
  extends
    Pick<
      VideoProvider,
      'models' | 'price' | 'reservedOptions' | 'freeOptions' | 'keyTest' | 'submit' | 'check' | 'cancel'
    >,
    AsyncDisposable {
  /** Whether a provider task id, or the reference of a video, has the form of this API's: no other API has it too. */
  owns(idOrReference: string): boolean;
  /** As VideoProvider has it, for its own references. */
  openVideo(reference: string, signal: AbortSignal): Promise<OpenedVideo | VideoElsewhere>;
}
