import { expect, test } from 'vitest';
import { rgbaOf, type YuvPicture } from '../../renderer/features/desk/face/yuv.ts';

/** A picture whose values are told by place. */
function picture(
  width: number,
  height: number,
  luma: (x: number, y: number) => number,
  colour: readonly [u: number, v: number] = [128, 128],
  options: { readonly nv12?: boolean; readonly bt709?: boolean; readonly fullRange?: boolean } = {},
): YuvPicture {
  const [halfWidth, halfHeight] = [width / 2, height / 2];
  // Rows are longer than the picture is wide, as cameras' rows are.
  const stride = width + 6;
  const half = halfWidth * halfHeight;
  const bytes = new Uint8Array(stride * height + 2 * half).fill(255);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) bytes[y * stride + x] = luma(x, y);
  const after = stride * height;
  for (let at = 0; at < half; at += 1) {
    bytes[options.nv12 === true ? after + at * 2 : after + at] = colour[0];
    bytes[options.nv12 === true ? after + at * 2 + 1 : after + half + at] = colour[1];
  }
  const plane = (first: number, second: number) =>
    options.nv12 === true
      ? { offset: after + first, stride: width, step: 2 }
      : { offset: after + second, stride: halfWidth, step: 1 };
  return {
    ...{ bytes, width, height },
    ...{ y: { offset: 0, stride, step: 1 }, u: plane(0, 0), v: plane(1, half) },
    ...{ bt709: options.bt709 ?? false, fullRange: options.fullRange ?? false },
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
