/** Every origin of a poster that is stored. */
export const posterOrigins = ['PROVIDER', 'FRAME', 'REFERENCE_IMAGE'] as const;
/** The origin of a poster: the provider, a frame of the video, or the first image of the input. */
export type PosterOrigin = (typeof posterOrigins)[number];

/** A still picture that stands for a video. */
export interface Poster {
  /** Its unguessable name under `/media/`. */
  readonly mediaKey: string;
  readonly origin: PosterOrigin;
  readonly bytes: number;
}
