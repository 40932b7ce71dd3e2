import { deflateSync } from 'node:zlib';

/** Grey pixels, one byte each, row by row. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Numbers in [0, 1) that depend on the seed alone (mulberry32), so that a simulated finger is the same each time. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Ridges around a wandering core, faded toward the edge of the pad: looks like a finger, belongs to nobody. */
export function fingerImage(random: () => number): GreyImage {
  const width = 256;
  const height = 320;
  const pixels = new Uint8Array(width * height);
  const coreX = width * (0.42 + random() * 0.16);
  const coreY = height * (0.36 + random() * 0.16);
  const ridge = 1 / (1.15 + random() * 0.25);
  const twist = 1 + Math.floor(random() * 3);
  const waveX = 0.02 + random() * 0.02;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const dx = x - coreX;
      const dy = (y - coreY) * 0.78;
      const distance = Math.hypot(dx, dy) + Math.sin(y * waveX + twist) * 9;
      const wave = Math.sin(distance * ridge + Math.atan2(dy, dx) * twist);
      const edge = Math.hypot((x - width / 2) / (width * 0.47), (y - height / 2) / (height * 0.49));
      pixels[y * width + x] = edge > 1 ? 240 : (wave > 0 ? 64 : 200) + grain(random);
    }
  }
  return { width, height, pixels };
}

/** Pupil, radial furrows, sclera. */
export function irisImage(random: () => number): GreyImage {
  const width = 480;
  const height = 360;
  const pixels = new Uint8Array(width * height);
  const pupil = 38 + random() * 15;
  const iris = 122 + random() * 18;
  const furrows = 38 + Math.floor(random() * 30);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const dx = x - width / 2;
      const dy = y - height / 2;
      const distance = Math.hypot(dx, dy);
      let grey = 216;
      if (distance < pupil) grey = 16;
      else if (distance < iris) {
        const wave = Math.sin(Math.atan2(dy, dx) * furrows + Math.sin(distance * 0.25) * 2);
        grey = (wave > 0.3 ? 128 : 88) + grain(random);
      }
      pixels[y * width + x] = grey;
    }
  }
  return { width, height, pixels };
}

/** Sensor noise, three bits of it: without it a drawn image would compress to a tenth of a real one's size. */
function grain(random: () => number): number {
  return Math.floor(random() * 8);
}

/** 8-bit greyscale PNG (ISO/IEC 15948): what ISO 19794 allows as lossless compression and the window can show. */
export function encodePng(image: GreyImage): Uint8Array {
  const raw = Buffer.alloc((image.width + 1) * image.height);
  for (let y = 0; y < image.height; y += 1) {
    raw.set(image.pixels.subarray(y * image.width, (y + 1) * image.width), y * (image.width + 1) + 1);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(image.width, 0);
  header.writeUInt32BE(image.height, 4);
  header.writeUInt8(8, 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
