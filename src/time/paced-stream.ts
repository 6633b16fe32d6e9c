import { Transform, pipeline, type Readable } from 'node:stream';
import type { LoopTurns } from './loop-turns.ts';

/**
 * A stream whose pieces pass when it is their turn: hundreds of streams that arrive in one iteration of the event loop
 * would be read and written in that iteration. Its failure is that of the source, which is destroyed with it.
 */
export function pacedStream(source: Readable, turns: LoopTurns): Readable {
  const paced = new Transform({
    transform(piece, _encoding, done) {
      const turn = turns.next();
      const pass = () => done(null, piece);
      if (turn === null) pass();
      else void turn.then(pass);
    },
  });
  // Whoever reads the result hears of a failure.
  return pipeline(source, paced, () => {});
}
