import type { GreyImage } from '../../main/devices/images.ts';

/**
 * Baseline greyscale JPEG (ITU-T T.81), just enough for the simulator's live view: one component, the quantisation and
 * Huffman tables of the standard's annex K, eight by eight blocks.
 */
const QUANT = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22,
  29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103,
  121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
];
const ZIGZAG = [
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7,
  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46,
  53, 60, 61, 54, 47, 55, 62, 63,
];
const DC = table([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], '000102030405060708090a0b');
const AC = table(
  [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
  '01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435' +
    '363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a929394959697' +
    '98999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2' +
    'f3f4f5f6f7f8f9fa',
);
const COSINE = Float64Array.from({ length: 64 }, (_, index) => {
  const [frequency, at] = [index >> 3, index & 7];
  return Math.cos(((2 * at + 1) * frequency * Math.PI) / 16) * (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5;
});

interface Table {
  readonly counts: readonly number[];
  readonly symbols: Buffer;
  /** Symbol → [code, bits]. */
  readonly codes: ReadonlyMap<number, readonly [number, number]>;
}

/** @param image with sides that are multiples of eight */
export function encodeJpeg(image: GreyImage): Buffer {
  const bits = new BitWriter();
  let previous = 0;
  for (let y = 0; y < image.height; y += 8) {
    for (let x = 0; x < image.width; x += 8) {
      const block = transform(image, x, y);
      writeBlock(bits, block, previous);
      previous = block[0] ?? 0;
    }
  }
  return Buffer.concat([
    Buffer.from('ffd8', 'hex'),
    segment(0xdb, Buffer.from([0, ...ZIGZAG.map((index) => QUANT[index] ?? 1)])),
    segment(0xc0, frame(image)),
    segment(0xc4, Buffer.concat([Buffer.from([0x00, ...DC.counts]), DC.symbols])),
    segment(0xc4, Buffer.concat([Buffer.from([0x10, ...AC.counts]), AC.symbols])),
    segment(0xda, Buffer.from([1, 1, 0x00, 0, 63, 0])),
    bits.done(),
    Buffer.from('ffd9', 'hex'),
  ]);
}

/** The block's quantised coefficients in zigzag order. */
function transform(image: GreyImage, left: number, top: number): number[] {
  const rows = new Float64Array(64);
  for (let y = 0; y < 8; y += 1) {
    for (let u = 0; u < 8; u += 1) {
      let sum = 0;
      for (let x = 0; x < 8; x += 1) {
        const pixel = image.pixels[(top + y) * image.width + left + x] ?? 0;
        sum += (pixel - 128) * (COSINE[u * 8 + x] ?? 0);
      }
      rows[y * 8 + u] = sum;
    }
  }
  return ZIGZAG.map((index) => {
    const [v, u] = [index >> 3, index & 7];
    let sum = 0;
    for (let y = 0; y < 8; y += 1) sum += (rows[y * 8 + u] ?? 0) * (COSINE[v * 8 + y] ?? 0);
    return Math.round(sum / (QUANT[index] ?? 1));
  });
}

function writeBlock(bits: BitWriter, block: readonly number[], previous: number): void {
  bits.value(DC, 0, (block[0] ?? 0) - previous);
  const last = block.findLastIndex((coefficient) => coefficient !== 0);
  let zeros = 0;
  for (const coefficient of block.slice(1, last + 1)) {
    if (coefficient === 0) {
      zeros += 1;
      continue;
    }
    for (; zeros > 15; zeros -= 16) bits.symbol(AC, 0xf0);
    bits.value(AC, zeros, coefficient);
    zeros = 0;
  }
  if (last < 63) bits.symbol(AC, 0);
}

function frame(image: GreyImage): Buffer {
  const body = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0]);
  body.writeUInt16BE(image.height, 1);
  body.writeUInt16BE(image.width, 3);
  return body;
}

function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

function table(counts: readonly number[], symbols: string): Table {
  const bytes = Buffer.from(symbols, 'hex');
  const codes = new Map<number, readonly [number, number]>();
  let [code, next] = [0, 0];
  for (const [index, count] of counts.entries()) {
    for (const symbol of bytes.subarray(next, next + count)) codes.set(symbol, [code++, index + 1]);
    next += count;
    code <<= 1;
  }
  return { counts, symbols: bytes, codes };
}

class BitWriter {
  readonly #bytes: number[] = [];
  #pending = 0;
  #count = 0;

  /** A coefficient: how many zeros came before it, how many bits it has, and these. */
  value(huffman: Table, zeros: number, value: number): void {
    const size = value === 0 ? 0 : 32 - Math.clz32(Math.abs(value));
    this.symbol(huffman, (zeros << 4) | size);
    this.#put(value < 0 ? value + (1 << size) - 1 : value, size);
  }

  symbol(huffman: Table, symbol: number): void {
    const [code, size] = huffman.codes.get(symbol) ?? [0, 0];
    this.#put(code, size);
  }

  done(): Buffer {
    this.#put(0x7f, 7);
    return Buffer.from(this.#bytes);
  }

  #put(value: number, size: number): void {
    this.#pending = (this.#pending << size) | value;
    this.#count += size;
    for (; this.#count >= 8; this.#count -= 8) {
      const byte = (this.#pending >> (this.#count - 8)) & 0xff;
      this.#bytes.push(byte);
      // 0xff begins a marker unless a zero follows.
      if (byte === 0xff) this.#bytes.push(0);
    }
    this.#pending &= (1 << this.#count) - 1;
  }
}
