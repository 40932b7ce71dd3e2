import type { Box } from '../../../../app/enrollment/photo.ts';

/** One plane of a picture: a value every `step` bytes from `offset` on, rows `stride` bytes apart. */
export interface Plane {
  readonly offset: number;
  readonly stride: number;
  readonly step: number;
}

/** A picture as cameras give it: brightness whole, the two colours at half the width and half the height. */
export interface YuvPicture {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly y: Plane;
  readonly u: Plane;
  readonly v: Plane;
  /** ITU-R BT.709 (else BT.601), and whether 0 to 255 is used (else 16 to 235 and 240). */
  readonly bt709: boolean;
  readonly fullRange: boolean;
}

/** Numbers kept from one picture to the next: each look at a face would leave ten megabytes behind. */
class Scratch {
  #held = new Float32Array(0);

  /** So many zeros, until it is asked again. */
  take(length: number): Float32Array {
    if (this.#held.length < length) this.#held = new Float32Array(length);
    return this.#held.subarray(0, length).fill(0);
  }
}
const SCRATCH = { rows: new Scratch(), values: [new Scratch(), new Scratch(), new Scratch()] } as const;

/**
 * A part of the picture in another size, as RGBA; the part may reach over the edge, which then goes on.
 * @param rgba where to put it: width × height × 4 values
 */
export function rgbaOf(
  picture: YuvPicture,
  from: Box,
  width: number,
  height: number,
  rgba = new Uint8ClampedArray(width * height * 4),
): Uint8ClampedArray {
  const half = { x: from.x / 2, y: from.y / 2, width: from.width / 2, height: from.height / 2 };
  const [w, h] = [picture.width, picture.height];
  const small = { width: Math.ceil(w / 2), height: Math.ceil(h / 2) };
  const [inY, inU, inV] = SCRATCH.values;
  const y = resample(picture.bytes, picture.y, { width: w, height: h }, from, width, height, inY);
  const u = resample(picture.bytes, picture.u, small, half, width, height, inU);
  const v = resample(picture.bytes, picture.v, small, half, width, height, inV);
  const [kr, kb] = picture.bt709 ? [0.2126, 0.0722] : [0.299, 0.114];
  const kg = 1 - kr - kb;
  const black = picture.fullRange ? 0 : 16;
  const bright = picture.fullRange ? 1 : 255 / 219;
  const coloured = picture.fullRange ? 1 : 255 / 224;
  for (let at = 0; at < y.length; at += 1) {
    const light = ((y[at] ?? 0) - black) * bright;
    const blue = ((u[at] ?? 0) - 128) * coloured * 2 * (1 - kb);
    const red = ((v[at] ?? 0) - 128) * coloured * 2 * (1 - kr);
    rgba[at * 4] = light + red;
    rgba[at * 4 + 1] = light - (kb * blue + kr * red) / kg;
    rgba[at * 4 + 2] = light + blue;
    rgba[at * 4 + 3] = 255;
  }
  return rgba;
}

/** For each value of a line in its new size: which of the old ones it is made of, and how much of each. */
interface Taps {
  /** As many for each value. */
  readonly count: number;
  readonly index: Int32Array;
  readonly weight: Float32Array;
}

/** A triangle as wide as what one value stands for, so that what becomes smaller is averaged and not picked. */
function tapsOf(from: number, length: number, size: number, wanted: number): Taps {
  const scale = length / wanted;
  const support = Math.max(1, scale);
  const count = Math.ceil(support * 2) + 1;
  const index = new Int32Array(wanted * count);
  const weight = new Float32Array(wanted * count);
  for (let out = 0; out < wanted; out += 1) {
    const centre = from + (out + 0.5) * scale - 0.5;
    const first = Math.ceil(centre - support);
    let sum = 0;
    for (let tap = 0; tap < count; tap += 1) {
      const near = Math.max(0, 1 - Math.abs(first + tap - centre) / support);
      index[out * count + tap] = Math.min(size - 1, Math.max(0, first + tap));
      weight[out * count + tap] = near;
      sum += near;
    }
    for (let tap = 0; tap < count; tap += 1)
      weight[out * count + tap] = (weight[out * count + tap] ?? 0) / sum;
  }
  return { count, index, weight };
}

function resample(
  bytes: Uint8Array,
  { offset, stride, step }: Plane,
  size: { readonly width: number; readonly height: number },
  from: Box,
  width: number,
  height: number,
  into: Scratch,
): Float32Array {
  const across = tapsOf(from.x, from.width, size.width, width);
  const down = tapsOf(from.y, from.height, size.height, height);
  // Of the rows only those that are asked for.
  const top = down.index.reduce((least, row) => Math.min(least, row), size.height - 1);
  const bottom = down.index.reduce((most, row) => Math.max(most, row), 0);
  const rows = SCRATCH.rows.take((bottom - top + 1) * width);
  for (let row = top; row <= bottom; row += 1) {
    const start = offset + row * stride;
    for (let out = 0; out < width; out += 1) {
      let sum = 0;
      for (let tap = out * across.count; tap < (out + 1) * across.count; tap += 1)
        sum += (bytes[start + (across.index[tap] ?? 0) * step] ?? 0) * (across.weight[tap] ?? 0);
      rows[(row - top) * width + out] = sum;
    }
  }
  const values = into.take(width * height);
  for (let out = 0; out < height; out += 1) {
    for (let tap = out * down.count; tap < (out + 1) * down.count; tap += 1) {
      const share = down.weight[tap] ?? 0;
      if (share === 0) continue;
      const row = ((down.index[tap] ?? 0) - top) * width;
      for (let x = 0; x < width; x += 1)
        values[out * width + x] = (values[out * width + x] ?? 0) + (rows[row + x] ?? 0) * share;
    }
  }
  return values;
}
