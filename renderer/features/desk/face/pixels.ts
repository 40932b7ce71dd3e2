import {
  FACE_SAMPLE,
  photoCrop,
  type Box,
  type PhotoMeasure,
  type Rgb,
  type SeenLight,
} from '../../../../app/enrollment/photo.ts';

/** A picture as a canvas gives it: RGBA, row by row. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

const WHITE = 250;

/** Luma (BT.601) of a part of the picture at another size: means of pixels where it shrinks, lines between them where it grows. */
export function greyOf(picture: Pixels, box: Box, width: number): Grey {
  const height = Math.max(1, Math.round((width * box.height) / box.width));
  const data = new Float32Array(width * height);
  const step = box.width / width;
  const taps = Math.max(1, Math.round(step));
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let sum = 0;
      for (let dy = 0; dy < taps; dy += 1) {
        for (let dx = 0; dx < taps; dx += 1) {
          sum += lumaAt(
            picture,
            box.x + (x + (dx + 0.5) / taps) * step,
            box.y + (y + (dy + 0.5) / taps) * step,
          );
        }
      }
      data[y * width + x] = sum / (taps * taps);
    }
  }
  return { width, height, data };
}

/** Between the four pixels around a point; the edge goes on for ever. */
function lumaAt({ width, height, data }: Pixels, x: number, y: number): number {
  const left = Math.min(Math.max(x - 0.5, 0), width - 1);
  const top = Math.min(Math.max(y - 0.5, 0), height - 1);
  const [x0, y0] = [Math.floor(left), Math.floor(top)];
  const [x1, y1] = [Math.min(x0 + 1, width - 1), Math.min(y0 + 1, height - 1)];
  const at = (column: number, row: number) => {
    const index = (row * width + column) * 4;
    return 0.299 * (data[index] ?? 0) + 0.587 * (data[index + 1] ?? 0) + 0.114 * (data[index + 2] ?? 0);
  };
  const upper = at(x0, y0) + (at(x1, y0) - at(x0, y0)) * (left - x0);
  const lower = at(x0, y1) + (at(x1, y1) - at(x0, y1)) * (left - x0);
  return upper + (lower - upper) * (top - y0);
}

/** Variance of the 4-neighbour Laplacian ÷ variance of the luma: what light and skin do to the contrast drops out. */
export function sharpnessOf({ width, height, data }: Grey): number {
  const spread = variance(data);
  if (spread < 1) return 0;
  const edges: number[] = [];
  for (let y = 1; y < height - 1; y += 1) {
    for (let x = 1; x < width - 1; x += 1) {
      const at = y * width + x;
      const around =
        (data[at - 1] ?? 0) + (data[at + 1] ?? 0) + (data[at - width] ?? 0) + (data[at + width] ?? 0);
      edges.push(around - 4 * (data[at] ?? 0));
    }
  }
  return edges.length === 0 ? 0 : variance(edges) / spread;
}

export function lightOf({ width, height, data }: Grey): SeenLight {
  let left = 0;
  let right = 0;
  let clipped = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const luma = data[y * width + x] ?? 0;
      if (x < width / 2) left += luma;
      else right += luma;
      if (luma >= WHITE) clipped += 1;
    }
  }
  const sorted = Float32Array.from(data).sort();
  const share = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
  return {
    mean: (left + right) / data.length,
    low: share(0.02),
    high: share(0.98),
    clipped: clipped / data.length,
    // One grey level added to each, so that a black half is no division by nothing.
    sides: Math.max(
      (left + data.length) / (right + data.length),
      (right + data.length) / (left + data.length),
    ),
  };
}

/** Median colour of two strips of the crop, left and right of where the head is, from its top to the eyes. */
export function wallOf(picture: Pixels, crop: Box): Rgb | null {
  const reds: number[] = [];
  const greens: number[] = [];
  const blues: number[] = [];
  const [top, bottom] = [crop.y + 0.04 * crop.height, crop.y + 0.4 * crop.height];
  for (const [from, to] of [
    [0.02, 0.14],
    [0.86, 0.98],
  ] as const) {
    const [left, right] = [crop.x + from * crop.width, crop.x + to * crop.width];
    for (let y = Math.ceil(top); y < bottom; y += 2) {
      for (let x = Math.ceil(left); x < right; x += 2) {
        if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) continue;
        const index = (y * picture.width + x) * 4;
        reds.push(picture.data[index] ?? 0);
        greens.push(picture.data[index + 1] ?? 0);
        blues.push(picture.data[index + 2] ?? 0);
      }
    }
  }
  if (reds.length === 0) return null;
  return { r: median(reds), g: median(greens), b: median(blues) };
}

/** What the pixels say, beside the faces that the model found. */
export function measurePixels(picture: Pixels, faces: PhotoMeasure['faces']): PhotoMeasure {
  const { width, height } = picture;
  const face = faces[0];
  const crop = photoCrop({ width, height, faces });
  const background = face === undefined ? null : wallOf(picture, crop);
  if (face === undefined) return { width, height, faces, sharpness: null, light: null, background };
  const grey = greyOf(picture, face.box, FACE_SAMPLE);
  return { width, height, faces, sharpness: sharpnessOf(grey), light: lightOf(grey), background };
}

function variance(values: Float32Array | readonly number[]): number {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return squares / values.length - mean * mean;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
