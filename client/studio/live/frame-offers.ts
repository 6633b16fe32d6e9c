import { drawFrame } from './draw-frame.ts';

/** The pause before each, in milliseconds: drawing takes some, and nothing waits for it. */
const pauseMs = 500;
/**
 * No frame is drawn within this time of the last scrolling. What was scrolled through is still being drawn then, and where
 * a program draws, a frame in between left the screen still for 26 s instead of 2.
 */
const restMs = 3000;

/** Frames of videos that a page draws for their posters: one after another, of players that are still there. */
export class FrameOffers {
  readonly #store: (taskId: string, frame: Blob) => Promise<void>;
  /** Tasks whose frame was drawn, or is to be. */
  readonly #offered = new Set<string>();
  #last: Promise<void> = Promise.resolve();
  #scrolledAt = Number.NEGATIVE_INFINITY;

  constructor(store: (taskId: string, frame: Blob) => Promise<void>) {
    this.#store = store;
    // For as long as the page.
    window.addEventListener('scroll', () => (this.#scrolledAt = performance.now()), { passive: true });
  }

  /** Draws the frame that a player shows, once for each task, soon. */
  offer(taskId: string, video: HTMLVideoElement): void {
    if (this.#offered.has(taskId)) return;
    this.#offered.add(taskId);
    this.#last = this.#last.then(() => this.#draw(taskId, video));
  }

  async #draw(taskId: string, video: HTMLVideoElement): Promise<void> {
    do {
      // Scrolled away: nobody reads it now, and it costs nothing to draw it the next time.
      if (!video.isConnected) {
        this.#offered.delete(taskId);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    } while (performance.now() - this.#scrolledAt < restMs);
    const frame = video.isConnected ? await drawFrame(video).catch(() => null) : null;
    if (frame === null) this.#offered.delete(taskId);
    else await this.#store(taskId, frame);
  }
}
