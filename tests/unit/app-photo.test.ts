import { describe, expect, test } from 'vitest';
import {
  ADVICE,
  backgroundOf,
  cropOf,
  judgePhoto,
  photoCrop,
  type Advice,
  type PhotoMeasure,
  type SeenFace,
} from '../../app/enrollment/photo.ts';

/** A face in the middle of the guide of a 1280 × 960 camera, its eyes 150 pixels apart. */
function face(change: Partial<SeenFace> = {}, [x, y, apart]: readonly number[] = [640, 432, 150]): SeenFace {
  const [middleX = 0, middleY = 0, between = 0] = [x, y, apart];
  return {
    box: { x: middleX - between, y: middleY - between, width: between * 2.2, height: between * 2.6 },
    score: 0.98,
    pitch: 0,
    yaw: 0,
    roll: 0,
    eyes: [
      { x: middleX - between / 2, y: middleY },
      { x: middleX + between / 2, y: middleY },
    ],
    eyesOpen: [0.33, 0.35],
    mouthOpen: 0.04,
    ...change,
  };
}

function measure(change: Partial<PhotoMeasure> = {}): PhotoMeasure {
  return {
    width: 1280,
    height: 960,
    faces: [face()],
    sharpness: 0.03,
    light: { mean: 140, low: 40, high: 220, clipped: 0, sides: 1.05 },
    background: { r: 190, g: 25, b: 35 },
    ...change,
  };
}

const light = (change: Partial<NonNullable<PhotoMeasure['light']>>) =>
  measure({ light: { mean: 140, low: 40, high: 220, clipped: 0, sides: 1.05, ...change } });

describe('judgement', () => {
  test('a straight, sharp, evenly lit face in the middle is fit and near the top', () => {
    const judged = judgePhoto(measure(), 'red');
    expect(judged).toMatchObject({ fit: true, advice: [] });
    expect(judged.score).toBeGreaterThan(90);
  });

  const unfit: [Advice, string, PhotoMeasure][] = [
    ['noFace', 'nothing seen', measure({ faces: [], sharpness: null, light: null, background: null })],
    ['noFace', 'hardly a face', measure({ faces: [face({ score: 0.4 })] })],
    ['manyFaces', 'two of one size', measure({ faces: [face(), face({}, [1100, 432, 140])] })],
    ['manyFaces', 'a small one inside the crop', measure({ faces: [face(), face({}, [820, 300, 40])] })],
    ['tooFar', 'eyes 80 pixels apart', measure({ faces: [face({}, [640, 432, 80])] })],
    ['tooClose', 'a head wider than the crop', measure({ faces: [face({}, [640, 432, 260])] })],
    ['offCentre', 'at the side', measure({ faces: [face({}, [1200, 432, 150])] })],
    ['offCentre', 'above the guide', measure({ faces: [face({}, [640, 120, 150])] })],
    ['turned', 'to the left', measure({ faces: [face({ yaw: -12 })] })],
    ['turned', 'upwards', measure({ faces: [face({ pitch: 18 })] })],
    ['tilted', 'to the shoulder', measure({ faces: [face({ roll: -9 })] })],
    ['eyesClosed', 'one eye', measure({ faces: [face({ eyesOpen: [0.33, 0.1] })] })],
    ['blurred', 'out of focus', measure({ sharpness: 0.004 })],
    ['tooDark', 'no bright spot', light({ mean: 50, low: 12, high: 90 })],
    ['tooDark', 'no drawing in the dark', light({ mean: 90, low: 60, high: 120 })],
    ['tooBright', 'white without drawing', light({ clipped: 0.2 })],
    ['tooBright', 'no shadow at all', light({ mean: 200, low: 160, high: 250 })],
    ['unevenLight', 'one side in the dark', light({ sides: 1.9 })],
  ];
  test.each(unfit)('%s: %s', (advice, _what, seen) => {
    const judged = judgePhoto(seen, 'red');
    expect(judged.fit).toBe(false);
    expect(judged.advice).toContain(advice);
    expect(judged.score).toBeLessThan(50);
  });

  test('every advice but the background makes a photo unfit, and each is tried here', () => {
    expect(new Set(unfit.map(([advice]) => advice))).toEqual(
      new Set(ADVICE.filter((advice) => advice !== 'background')),
    );
  });

  test('a dark face in good light is fit: its bright spots count, not its mean', () => {
    expect(judgePhoto(light({ mean: 78, low: 25, high: 125 }), 'red').fit).toBe(true);
  });

  test('somebody small behind, outside the crop, does not spoil the photo', () => {
    expect(judgePhoto(measure({ faces: [face(), face({}, [1150, 300, 50])] }), 'red').fit).toBe(true);
  });

  test('another wall is advised on, and leaves the photo fit', () => {
    const judged = judgePhoto(measure({ background: { r: 40, g: 90, b: 180 } }), 'red');
    expect(judged).toMatchObject({ fit: true, advice: ['background'] });
    expect(judged.score).toBe(judgePhoto(measure(), 'red').score);
  });

  test('nothing is said of a wall that is not in the picture', () => {
    expect(judgePhoto(measure({ background: null }), 'red').advice).toEqual([]);
  });

  test('distance is judged in the pixels of the camera, not of the smaller picture that was measured', () => {
    const small = measure({ width: 640, height: 480, faces: [face({}, [320, 216, 75])] });
    expect(judgePhoto(small, 'red').advice).toEqual(['tooFar']);
    expect(judgePhoto(small, 'red', 2).fit).toBe(true);
  });

  test('a face exactly at a limit is still fit, with 50', () => {
    expect(judgePhoto(measure({ faces: [face({ roll: 8 })] }), 'red')).toMatchObject({
      fit: true,
      score: 50,
    });
  });

  test('what to mend first stands first', () => {
    const many = measure({
      faces: [face({ yaw: 30 })],
      sharpness: 0.001,
      background: { r: 0, g: 200, b: 0 },
    });
    expect(judgePhoto(many, 'red').advice).toEqual(['turned', 'blurred', 'background']);
  });
});

describe('crop', () => {
  test('eyes a quarter of the width apart, in the middle, 0.45 of the height below the top (ISO token image)', () => {
    const crop = photoCrop(measure());
    expect(crop.width / crop.height).toBeCloseTo(3 / 4);
    expect(150 / crop.width).toBeCloseTo(0.25);
    expect((640 - crop.x) / crop.width).toBeCloseTo(0.5);
    expect((432 - crop.y) / crop.height).toBeCloseTo(0.45);
  });

  test.each([
    ['a corner', face({}, [60, 40, 150])],
    ['the other corner', face({}, [1250, 930, 150])],
    ['a face too large', face({}, [640, 432, 500])],
  ])('stays inside the picture: %s', (_where, seen) => {
    const crop = photoCrop(measure({ faces: [seen] }));
    expect(crop.x).toBeGreaterThanOrEqual(0);
    expect(crop.y).toBeGreaterThanOrEqual(0);
    expect(crop.x + crop.width).toBeLessThanOrEqual(1280);
    expect(crop.y + crop.height).toBeLessThanOrEqual(960);
    expect(crop.width / crop.height).toBeCloseTo(3 / 4);
  });

  test('without a face it is the largest 3:4 piece from the middle', () => {
    expect(photoCrop(measure({ faces: [] }))).toEqual({ x: 280, y: 0, width: 720, height: 960 });
    expect(cropOf(480, 960)).toEqual({ x: 0, y: 160, width: 480, height: 640 });
  });
});

test.each([
  ['red', { r: 190, g: 25, b: 35 }],
  ['red', { r: 150, g: 20, b: 10 }],
  ['blue', { r: 31, g: 96, b: 180 }],
  ['blue', { r: 60, g: 140, b: 220 }],
  ['orange', { r: 230, g: 120, b: 20 }],
  [null, { r: 240, g: 240, b: 242 }],
  [null, { r: 20, g: 5, b: 5 }],
  [null, { r: 30, g: 160, b: 40 }],
])('a wall is %s', (name, colour) => {
  expect(backgroundOf(colour)).toBe(name);
});
