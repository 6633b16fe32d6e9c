import { HeaderReader, MalformedError, type ByteSource } from '../byte-source.ts';
import { readMp4 } from './mp4.ts';
import { plausibleFacts, type VideoInspection } from './video-facts.ts';
import { readWebm } from './webm.ts';

/** The bytes that begin a WebM or Matroska file: the id of its header. */
const ebmlId = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);

/**
 * Checks that a file is a whole video, and reads its facts. The container decides (docs/decisions/0010). Reads
 * headers and tables of positions only, within fixed bounds, and never on the event loop for long: nothing that the
 * file claims drives work or memory.
 *
 * @throws what `read` of the source throws
 */
export async function inspectVideo(source: ByteSource): Promise<VideoInspection> {
  try {
    const reader = new HeaderReader(source);
    const start = await reader.bytes(0, ebmlId.byteLength);
    const report = await (start.equals(ebmlId) ? readWebm(reader) : readMp4(reader));
    return { kind: 'whole', facts: plausibleFacts(report), statesEnd: report.statesEnd };
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    return { kind: 'notWhole', reason: `the file is not whole: ${error.message}` };
  }
}
