import { readFile } from 'node:fs/promises';
import {
  ALL_FORMATS,
  BufferSource,
  BufferTarget,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  Input,
  MkvOutputFormat,
  MovOutputFormat,
  Mp4OutputFormat,
  Output,
  type OutputFormat,
} from 'mediabunny';

/** A video of the simulator: 4 s, index first. */
export const sampleVideo = (name = '16x9.mp4'): Promise<Buffer> =>
  readFile(new URL(`../../src/providers/simulator/samples/${name}`, import.meta.url));

/** A picture of the simulator: a frame of the video of that name. */
export const sampleImage = (name: string): Promise<Buffer> =>
  readFile(new URL(`../../src/providers/simulator/samples/${name}`, import.meta.url));

/** One box of an MP4. */
export interface SampleBox {
  readonly type: string;
  readonly bytes: Buffer;
}

/** The boxes at the top of a file, or of a part of one. */
export function boxesOf(file: Buffer): SampleBox[] {
  const boxes: SampleBox[] = [];
  for (let at = 0; at < file.byteLength;) {
    const size = file.readUInt32BE(at) || file.byteLength - at;
    boxes.push({ type: file.toString('latin1', at + 4, at + 8), bytes: file.subarray(at, at + size) });
    at += size;
  }
  return boxes;
}

/** The file without the boxes of a type. */
export const without = (file: Buffer, type: string): Buffer =>
  Buffer.concat(boxesOf(file).flatMap((box) => (box.type === type ? [] : [box.bytes])));

/** The file with a box changed, found by its type wherever it lies. */
export function changed(file: Buffer, type: string, change: (box: Buffer) => void): Buffer {
  const copy = Buffer.from(file);
  const at = copy.indexOf(type, 0, 'latin1') - 4;
  if (at < 0) throw new Error(`There is no ${type}`);
  change(copy.subarray(at, at + copy.readUInt32BE(at)));
  return copy;
}

const formats = {
  'mp4, index first': new Mp4OutputFormat({ fastStart: 'in-memory' }),
  'mp4, in fragments': new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 1 }),
  mov: new MovOutputFormat({ fastStart: false }),
  matroska: new MkvOutputFormat(),
  'matroska, as recorded': new MkvOutputFormat({ appendOnly: true }),
} satisfies Record<string, OutputFormat>;

/** The kinds of container that `remuxed` makes. */
export const containers = Object.keys(formats) as (keyof typeof formats)[];

/** The same pictures in another container. */
export async function remuxed(video: Buffer, container: keyof typeof formats): Promise<Buffer> {
  using input = new Input({ source: new BufferSource(video), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  const codec = await track?.getCodec();
  const decoderConfig = await track?.getDecoderConfig();
  if (track === null || !codec || !decoderConfig) throw new Error('The sample has no picture');
  const target = new BufferTarget();
  const output = new Output({ format: formats[container], target });
  const source = new EncodedVideoPacketSource(codec);
  output.addVideoTrack(source);
  await output.start();
  for await (const packet of new EncodedPacketSink(track).packets()) {
    await source.add(packet, { decoderConfig });
  }
  await output.finalize();
  return Buffer.from(target.buffer ?? new ArrayBuffer());
}
