import { expect, test } from 'vitest';
import { rgbaOf, type Plane, type YuvPicture } from '../../renderer/features/desk/face/yuv.ts';

type ByPlace = (x: number, y: number) => number;

/** A picture whose values are told by place; rows are longer than they are wide, as cameras' rows are. */
function picture(
  width: number,
  height: number,
  luma: ByPlace,
  colour: readonly [u: number | ByPlace, v: number | ByPlace] = [128, 128],
  options: { readonly nv12?: boolean; readonly bt709?: boolean; readonly fullRange?: boolean } = {},
): YuvPicture {
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const nv12 = options.nv12 ?? false;
  const stride = width + 6;
  const halfStride = (nv12 ? halfWidth * 2 : halfWidth) + 4;
  const after = stride * height;
  const bytes = new Uint8Array(after + 2 * halfStride * halfHeight).fill(255);
  const put = (plane: Plane, w: number, h: number, value: number | ByPlace) => {
    for (let y = 0; y < h; y += 1)
      for (let x = 0; x < w; x += 1)
        bytes[plane.offset + y * plane.stride + x * plane.step] =
          typeof value === 'number' ? value : value(x, y);
    return plane;
  };
  const second = nv12 ? after + 1 : after + halfStride * halfHeight;
  const step = nv12 ? 2 : 1;
  return {
    ...{ bytes, width, height, bt709: options.bt709 ?? false, fullRange: options.fullRange ?? false },
    y: put({ offset: 0, stride, step: 1 }, width, height, luma),
    u: put({ offset: after, stride: halfStride, step }, halfWidth, halfHeight, colour[0]),
    v: put({ offset: second, stride: halfStride, step }, halfWidth, halfHeight, colour[1]),
  };
}

const whole = { x: 0, y: 0, width: 16, height: 12 };
const first = (rgba: Uint8ClampedArray) => [...rgba.subarray(0, 4)];

// ITU-R BT.601 and BT.709: what red, blue and white are in each.
test.each([
  ['BT.601 red', 81, [90, 240], {}, [255, 0, 0]],
  ['BT.601 blue', 41, [240, 110], {}, [0, 0, 255]],
  ['BT.601 white', 235, [128, 128], {}, [255, 255, 255]],
  ['BT.601 black', 16, [128, 128], {}, [0, 0, 0]],
  ['BT.601 red of all values', 76, [85, 255], { fullRange: true }, [254, 0, 0]],
  ['BT.709 red', 63, [102, 240], { bt709: true }, [255, 0, 0]],
  ['BT.709 blue, colours in pairs', 32, [240, 118], { bt709: true, nv12: true }, [0, 0, 255]],
] as const)('%s', (_, luma, colour, options, [red, green, blue]) => {
  const rgba = rgbaOf(
    picture(16, 12, () => luma, colour, options),
    whole,
    8,
    6,
  );
  expect(rgba).toHaveLength(8 * 6 * 4);
  for (let at = 0; at < rgba.length; at += 4) {
    expect(Math.abs((rgba[at] ?? 0) - red)).toBeLessThanOrEqual(3);
    expect(Math.abs((rgba[at + 1] ?? 0) - green)).toBeLessThanOrEqual(3);
    expect(Math.abs((rgba[at + 2] ?? 0) - blue)).toBeLessThanOrEqual(3);
    expect(rgba[at + 3]).toBe(255);
  }
});

const full = { fullRange: true } as const;

test('in its own size every value stays, and a part is the part that was asked for', () => {
  const source = picture(16, 12, (x, y) => x * 10 + y, [128, 128], full);
  const same = rgbaOf(source, whole, 16, 12);
  const part = rgbaOf(source, { x: 5, y: 3, width: 4, height: 2 }, 4, 2);
  for (let y = 0; y < 12; y += 1)
    for (let x = 0; x < 16; x += 1) expect(same[(y * 16 + x) * 4]).toBe(x * 10 + y);
  expect(first(part)).toEqual([53, 53, 53, 255]);
  expect(part.at(-2)).toBe(84);
});

test('what becomes smaller is averaged, not picked', () => {
  const stripes = picture(64, 48, (x) => (x % 2 === 0 ? 0 : 200), [128, 128], full);
  const small = rgbaOf(stripes, { x: 0, y: 0, width: 64, height: 48 }, 16, 12);
  const inside = [...small.keys()].filter((at) => at % 4 === 0 && (at / 4) % 16 > 0 && (at / 4) % 16 < 15);
  for (const at of inside) expect(Math.abs((small[at] ?? 0) - 100)).toBeLessThanOrEqual(2);
});

test('over the edge the edge goes on', () => {
  const source = picture(16, 12, (x) => (x === 0 ? 40 : 200), [128, 128], full);
  expect(first(rgbaOf(source, { x: -8, y: -8, width: 16, height: 16 }, 16, 16))).toEqual([40, 40, 40, 255]);
});

test.each([false, true])(
  'colours lie where they belong, of an odd size and of a part (in pairs: %s)',
  (nv12) => {
    // Left of 10 and above 6 red and blue each; the last column and row have no pair.
    const u: ByPlace = (_, y) => (y < 3 ? 228 : 128);
    const v: ByPlace = (x) => (x < 5 ? 228 : 128);
    const source = picture(21, 13, () => 100, [u, v], { fullRange: true, nv12 });
    const rgba = rgbaOf(source, { x: 0, y: 0, width: 21, height: 13 }, 21, 13);
    const at = (picture: Uint8ClampedArray, width: number, x: number, y: number) =>
      [...picture.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)].map((value) => value > 150);
    for (const [x, y, red, blue] of [
      [2, 2, true, true],
      [17, 2, false, true],
      [2, 11, true, false],
      [20, 12, false, false],
    ] as const)
      expect(at(rgba, 21, x, y)).toEqual([red, false, blue]);
    const part = rgbaOf(source, { x: 12, y: 0, width: 8, height: 12 }, 4, 6);
    expect(at(part, 4, 2, 1)).toEqual([false, false, true]);
    expect(at(part, 4, 2, 5)).toEqual([false, false, false]);
  },
);
