import { describe, expect, test } from 'vitest';
import type { SeenFace } from '../../app/enrollment/photo.ts';
import {
  greyOf,
  lightOf,
  measurePixels,
  sharpnessOf,
  wallOf,
  type Pixels,
} from '../../renderer/features/desk/face/pixels.ts';
import { makeSpeaker, SAY_AGAIN_MS } from '../../renderer/features/desk/face/speaker.ts';

function pixels(width: number, height: number, colour: (x: number, y: number) => readonly number[]): Pixels {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) data.set([...colour(x, y), 255], (y * width + x) * 4);
  }
  return { width, height, data };
}

const whole = (picture: Pixels) => ({ x: 0, y: 0, width: picture.width, height: picture.height });
const even = (value: number) => [value, value, value];

describe('pixels', () => {
  test('a grey of another size keeps the mean, whether it shrinks or grows', () => {
    const ramp = pixels(64, 64, (x) => even(x * 4));
    for (const width of [16, 64, 160]) {
      const grey = greyOf(ramp, whole(ramp), width);
      const mean = grey.data.reduce((sum, value) => sum + value, 0) / grey.data.length;
      expect(mean).toBeCloseTo(126, 0);
      expect(grey.data.length).toBe(width * width);
    }
  });

  test('sharpness falls with blur and does not depend on the light', () => {
    const stripes = (soft: number, gain = 1) =>
      pixels(160, 160, (x) => even(gain * (120 + 100 * Math.tanh(Math.sin(x / 5) / soft))));
    const of = (picture: Pixels) => sharpnessOf(greyOf(picture, whole(picture), 160));
    const sharp = of(stripes(0.1));
    expect(sharp).toBeGreaterThan(3 * of(stripes(1)));
    expect(of(stripes(0.1, 0.4))).toBeCloseTo(sharp, 1);
    expect(
      sharpnessOf(
        greyOf(
          pixels(20, 20, () => even(90)),
          { x: 0, y: 0, width: 20, height: 20 },
          20,
        ),
      ),
    ).toBe(0);
  });

  test('light: mean, percentiles, white share and the brighter side', () => {
    const halves = pixels(100, 100, (x) => even(x < 50 ? 200 : 100));
    const light = lightOf(greyOf(halves, whole(halves), 100));
    expect(light.mean).toBeCloseTo(150, 0);
    expect(light.low).toBeCloseTo(100, 0);
    expect(light.high).toBeCloseTo(200, 0);
    expect(light.clipped).toBe(0);
    expect(light.sides).toBeCloseTo(2, 1);
    const white = pixels(10, 10, () => even(255));
    expect(lightOf(greyOf(white, whole(white), 10))).toMatchObject({ clipped: 1, sides: 1 });
    const black = pixels(10, 10, () => even(0));
    expect(lightOf(greyOf(black, whole(black), 10)).sides).toBe(1);
  });

  test('the wall is what lies beside the head, not the head and not the clothes', () => {
    const picture = pixels(300, 400, (x, y) =>
      y > 260 || Math.abs(x - 150) < 90 ? [20, 200, 20] : [190, 30, 40],
    );
    expect(wallOf(picture, whole(picture))).toEqual({ r: 190, g: 30, b: 40 });
    expect(wallOf(picture, { x: 1000, y: 0, width: 300, height: 400 })).toBeNull();
  });

  test('without a face nothing of one is measured', () => {
    const picture = pixels(64, 48, () => even(120));
    expect(measurePixels(picture, [])).toEqual({
      width: 64,
      height: 48,
      faces: [],
      sharpness: null,
      light: null,
      background: null,
    });
  });

  test('the face is measured, not what is around it', () => {
    const picture = pixels(320, 240, (x, y) =>
      x >= 120 && x < 200 && y >= 60 && y < 160 ? even(60 + ((x + y) % 2) * 100) : even(255),
    );
    const face: SeenFace = {
      box: { x: 120, y: 60, width: 80, height: 100 },
      score: 1,
      pitch: 0,
      yaw: 0,
      roll: 0,
      eyes: [
        { x: 142, y: 95 },
        { x: 178, y: 95 },
      ],
      eyesOpen: [0.3, 0.3],
      mouthOpen: 0,
    };
    const measured = measurePixels(picture, [face]);
    expect(measured.light).toMatchObject({ clipped: 0 });
    expect(measured.light?.high).toBeLessThanOrEqual(160);
    expect(measured.background).toEqual({ r: 255, g: 255, b: 255 });
  });
});

describe('what is said', () => {
  function speaker() {
    const said: string[] = [];
    let time = 0;
    const say = makeSpeaker(
      (text) => said.push(text),
      () => time,
    );
    return {
      said,
      at: (ms: number, text: string) => {
        time = ms;
        say(text);
      },
    };
  }

  test('a sentence is said once, however often it is seen', () => {
    const { said, at } = speaker();
    for (const ms of [0, 300, 5_000]) at(ms, 'Terlalu gelap');
    expect(said).toEqual(['Terlalu gelap']);
  });

  test('what comes and goes is not said again before its time, and then it is', () => {
    const { said, at } = speaker();
    at(0, 'Terlalu gelap');
    at(400, 'Wajah baik');
    at(800, 'Terlalu gelap');
    expect(said).toEqual(['Terlalu gelap', 'Wajah baik']);
    at(SAY_AGAIN_MS, 'Terlalu gelap');
    expect(said).toEqual(['Terlalu gelap', 'Wajah baik', 'Terlalu gelap']);
  });
});
