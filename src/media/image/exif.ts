const orientationTag = 0x01_12;
const entryBytes = 12;
/** Upright. */
const usual = 1;

/**
 * The orientation, 1 to 8, that a TIFF structure of EXIF data states in its first directory; 1 where it states none
 * that can be read.
 */
export function readOrientation(tiff: Buffer): number {
  if (tiff.byteLength < 8) return usual;
  const order = tiff.toString('latin1', 0, 2);
  if (order !== 'II' && order !== 'MM') return usual;
  const isLittle = order === 'II';
  const word = (at: number) => (isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const directory = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4);
  if (directory + 2 > tiff.byteLength) return usual;
  const count = Math.min(word(directory), Math.floor((tiff.byteLength - directory - 2) / entryBytes));
  for (let index = 0; index < count; index += 1) {
    const entry = directory + 2 + index * entryBytes;
    if (word(entry) !== orientationTag) continue;
    const value = word(entry + 8);
    return value >= 1 && value <= 8 ? value : usual;
  }
  return usual;
}
