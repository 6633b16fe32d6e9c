/** Facts that a stored video states about itself. Null: not stated, or not plausible. */
export interface VideoFacts {
  /** Pixels as displayed: a picture that is stored rotated is rotated back. */
  readonly width: number | null;
  readonly height: number | null;
  readonly durationSeconds: number | null;
}

/** The facts in a container that is whole, as far as it can be known. */
export interface ContainerReport extends VideoFacts {
  /** True if it states where it ends. What is recorded as it happens may end after any part. */
  readonly statesEnd: boolean;
}

/** Facts that the container of a file states. */
export type VideoInspection =
  | { readonly kind: 'whole'; readonly facts: VideoFacts; readonly statesEnd: boolean }
  /** `reason`, for users, ends a sentence about the source. */
  | { readonly kind: 'notWhole'; readonly reason: string };

/** The largest side of a picture that a browser decodes. */
const maxSidePixels = 16_384;
/** Longer than any generated clip: what claims more is misread or made up. */
const maxSeconds = 86_400;

/** Facts as they may be kept: numbers that no player shows become null. */
export function plausibleFacts({ width, height, durationSeconds }: VideoFacts): VideoFacts {
  const isPicture = [width, height].every((side) => side !== null && side >= 1 && side <= maxSidePixels);
  const isLength = durationSeconds !== null && durationSeconds > 0 && durationSeconds <= maxSeconds;
  return {
    width: isPicture && width !== null ? Math.round(width) : null,
    height: isPicture && height !== null ? Math.round(height) : null,
    durationSeconds: isLength ? durationSeconds : null,
  };
}
