import type { OpenStudio } from './studio.ts';
import { statesOfPages } from './states-of-pages.ts';
import { statesOfWork } from './states-of-work.ts';

/** A state of the studio that people see, and how a browser comes to it. */
export interface StudioState {
  readonly name: string;
  /** What is on the screen when it is there. */
  readonly arrange: (studio: OpenStudio) => Promise<void>;
}

/** What the states need beside the page. */
export interface StudioSurroundings {
  /** Keeps the tasks of the simulator where they are. */
  readonly hold: () => Promise<void>;
  /** Lets the held tasks go on. */
  readonly release: () => Promise<void>;
  /** Takes the provider away. */
  readonly silence: () => Promise<void>;
  /** Takes the server away. */
  readonly disconnect: () => Promise<void>;
  /** Address of a server that requires a key. */
  readonly lockedUrl: string;
}

/** One after the other on one page: each begins where the one before it ended. */
export const studioStates = (surroundings: StudioSurroundings): readonly StudioState[] => [
  ...statesOfWork(surroundings),
  ...statesOfPages(surroundings),
];
