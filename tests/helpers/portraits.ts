import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../scripts/runtime.mjs';

/**
 * Pictures for the camera, made at test time in the window's own Chromium from the two drawn (computer-made) people
 * that the face library brings for its warm-up. No picture of a person is kept in this tree.
 */
const SAMPLES = path.join(root, 'node_modules', '@vladmandic', 'human', 'src', 'sample.ts');

/** `face`: 256 × 256, frontal. `body`: 1200 × 1200, a whole person with the head turned. */
export type Sample = 'face' | 'body';

export interface Person {
  readonly sample: Sample;
  /** Part of the sample: x, y, width, height. */
  readonly part: readonly [number, number, number, number];
  /** Where that part goes in the camera's picture: x, y, width, height. */
  readonly at: readonly [number, number, number, number];
  /** Degrees, clockwise about the middle of that part. */
  readonly lean?: number;
  /** Lids painted over the eyes of `face`. */
  readonly asleep?: boolean;
}

export interface Scene {
  /** CSS colour of the wall. */
  readonly wall: string;
  readonly people: readonly Person[];
  /** Canvas filter over everything, e.g. `blur(6px)`. */
  readonly filter?: string;
  /** Shadow over the left half of the picture, 0–1. */
  readonly shadow?: number;
}

export const CAMERA_WIDTH = 1280;
export const CAMERA_HEIGHT = 960;

/** Of the frontal sample, in its own pixels. */
const EYES = [
  [82, 97],
  [165, 96],
] as const;

export function sample(name: Sample): string {
  const found = new RegExp(`export const ${name}[^=]*= \`([^\`]*)\``).exec(readFileSync(SAMPLES, 'utf8'));
  const text = found?.[1]?.replace(/\s/g, '').replace(/^data:[^,]*,/, '');
  if (text === undefined) throw new Error(`the face library has no sample called ${name}`);
  return text;
}

/** The frontal sample with its eyes this far apart, in the middle of the guide unless moved. */
export function portrait(eyesApart = 150, moved: readonly [number, number] = [0, 0]): Person {
  const scale = eyesApart / 84;
  const [x, y] = [CAMERA_WIDTH / 2 - 124 * scale + moved[0], 0.45 * CAMERA_HEIGHT - 97 * scale + moved[1]];
  return { sample: 'face', part: [0, 0, 256, 256], at: [x, y, 256 * scale, 256 * scale] };
}

/** JPEG of what the camera sees. */
export async function picture(page: Page, scene: Scene): Promise<Buffer> {
  const names = [...new Set(scene.people.map((person) => person.sample))];
  const samples = Object.fromEntries(names.map((name) => [name, sample(name)]));
  const jpeg = await page.evaluate(
    async ({ drawn, images, width, height, eyes }) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [width, height];
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      context.imageSmoothingQuality = 'high';
      context.filter = drawn.filter ?? 'none';
      context.fillStyle = drawn.wall;
      context.fillRect(0, 0, width, height);
      for (const person of drawn.people) {
        const image = new Image();
        image.src = `data:image/jpeg;base64,${images[person.sample] ?? ''}`;
        await image.decode();
        const [x, y, w, h] = person.at;
        context.save();
        context.translate(x + w / 2, y + h / 2);
        context.rotate(((person.lean ?? 0) * Math.PI) / 180);
        context.drawImage(image, ...person.part, -w / 2, -h / 2, w, h);
        context.scale(w / 256, h / 256);
        for (const [eyeX, eyeY] of person.asleep === true ? eyes : []) {
          context.fillStyle = '#c9a7a3';
          context.beginPath();
          context.ellipse(eyeX - 128, eyeY - 128, 23, 13, 0, 0, 2 * Math.PI);
          context.fill();
          context.strokeStyle = '#4a3535';
          context.lineWidth = 3;
          context.beginPath();
          context.ellipse(eyeX - 128, eyeY - 131, 19, 9, 0, 0.1 * Math.PI, 0.9 * Math.PI);
          context.stroke();
        }
        context.restore();
      }
      context.filter = 'none';
      context.fillStyle = `rgb(0 0 0 / ${drawn.shadow ?? 0})`;
      context.fillRect(0, 0, width / 2, height);
      return canvas.toDataURL('image/jpeg', 0.92).split(',')[1] ?? '';
    },
    { drawn: scene, images: samples, width: CAMERA_WIDTH, height: CAMERA_HEIGHT, eyes: EYES },
  );
  return Buffer.from(jpeg, 'base64');
}
