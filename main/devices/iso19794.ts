import type { BodyPart } from '../../app/enrollment/biometrics.ts';
import type { GreyImage } from './images.ts';

/**
 * One finger or eye in the record formats that devices deliver: ISO/IEC 19794-4:2011 (finger image, `FIR`) and
 * 19794-6:2011 (iris image, `IIR`), one representation each, PNG inside. Numbers are big-endian.
 */
const FINGER_POSITION: Readonly<Record<string, number>> = {
  'finger.right.thumb': 1,
  'finger.right.index': 2,
  'finger.right.middle': 3,
  'finger.right.ring': 4,
  'finger.right.little': 5,
  'finger.left.thumb': 6,
  'finger.left.index': 7,
  'finger.left.middle': 8,
  'finger.left.ring': 9,
  'finger.left.little': 10,
};
const FINGER_PNG = 5;
const IRIS_PNG = 14;
const DPI = 500;

export function fingerRecord(
  part: BodyPart,
  image: GreyImage,
  png: Uint8Array,
  quality: number,
  at: Date,
): Uint8Array {
  const position = FINGER_POSITION[part];
  if (position === undefined) throw new Error(`not a finger: ${part}`);
  const body = new Writer();
  body.bytes(captureTime(at)).u8(0).u16(0).u16(0);
  // One quality block: score, algorithm vendor, algorithm.
  body.u8(1).u8(quality).u16(0).u16(0);
  // Position, representation, units per inch, scan and image resolution, depth, compression, live-scan plain.
  body.u8(position).u8(0).u8(1).u16(DPI).u16(DPI).u16(DPI).u16(DPI).u8(8).u8(FINGER_PNG).u8(0);
  body.u16(image.width).u16(image.height).u32(png.length).bytes(png);
  return record('FIR\0', body, 1);
}

export function irisRecord(
  part: BodyPart,
  image: GreyImage,
  png: Uint8Array,
  quality: number,
  at: Date,
): Uint8Array {
  const body = new Writer();
  body.bytes(captureTime(at)).u8(0).u16(0).u16(0);
  body.u8(1).u8(quality).u16(0).u16(0);
  // Representation, eye (1 right, 2 left), uncropped, format, orientation, size, depth, range and roll unknown.
  body
    .u16(1)
    .u8(part === 'iris.right' ? 1 : 2)
    .u8(1)
    .u8(IRIS_PNG)
    .u8(0);
  body.u16(image.width).u16(image.height).u8(8).u16(0).u16(0xffff).u16(0xffff);
  // Iris centre and diameter, smallest and largest: not measured.
  for (let index = 0; index < 6; index += 1) body.u16(0);
  body.u32(png.length).bytes(png);
  return record('IIR\0', body, 1);
}

const FORMAT = { finger: 'FIR\0', iris: 'IIR\0' } as const;
const LENGTH_AT = 8;
const SHORTEST = 20;
/** How the images begin that a window can show: PNG and JPEG. JPEG 2000, which most devices use, is none. */
const SHOWN = [
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
  Buffer.from([0xff, 0xd8, 0xff]),
];

/** Whether these bytes are a whole record of this kind. */
export function isRecord(kind: keyof typeof FORMAT, bytes: Buffer): boolean {
  return (
    bytes.length > SHORTEST &&
    bytes.toString('latin1', 0, 4) === FORMAT[kind] &&
    bytes.readUInt32BE(LENGTH_AT) === bytes.length
  );
}

/** The image of a record of one representation, where a window can show it. Its length stands right before it. */
export function shownImage(record: Buffer): Uint8Array | null {
  for (const magic of SHOWN) {
    const at = record.indexOf(magic);
    if (at < SHORTEST) continue;
    const length = record.readUInt32BE(at - 4);
    if (at + length <= record.length) return Uint8Array.from(record.subarray(at, at + length));
  }
  return null;
}

/** General header: format, version 020, length, representations, no certification block, count of positions or eyes. */
function record(format: string, body: Writer, count: number): Uint8Array {
  const representation = body.done();
  const length = 16 + 4 + representation.length;
  return new Writer()
    .bytes(Buffer.from(`${format}020\0`, 'latin1'))
    .u32(length)
    .u16(1)
    .u8(0)
    .u8(count)
    .u32(representation.length + 4)
    .bytes(representation)
    .done();
}

function captureTime(at: Date): Uint8Array {
  return new Writer()
    .u16(at.getUTCFullYear())
    .u8(at.getUTCMonth() + 1)
    .u8(at.getUTCDate())
    .u8(at.getUTCHours())
    .u8(at.getUTCMinutes())
    .u8(at.getUTCSeconds())
    .u16(at.getUTCMilliseconds())
    .done();
}

class Writer {
  readonly #chunks: Uint8Array[] = [];

  u8(value: number): this {
    this.#chunks.push(Uint8Array.of(value));
    return this;
  }

  u16(value: number): this {
    return this.bytes(Uint8Array.of(value >>> 8, value & 0xff));
  }

  u32(value: number): this {
    return this.u16(value >>> 16).u16(value & 0xffff);
  }

  bytes(value: Uint8Array): this {
    this.#chunks.push(value);
    return this;
  }

  done(): Uint8Array {
    return Buffer.concat(this.#chunks);
  }
}
