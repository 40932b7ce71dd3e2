import { createHash } from 'node:crypto';
import { FINGERS, IRISES, type BodyPart } from '../../app/enrollment/biometrics.ts';
import {
  encodePng,
  fingerImage,
  irisImage,
  seededRandom,
  type GreyImage,
} from '../../main/devices/images.ts';
import { fingerRecord, irisRecord } from '../../main/devices/iso19794.ts';
import { bioSubType, type Kind } from '../../main/devices/sbi-wire.ts';
import { encodeJpeg } from './jpeg.ts';

/** Few images for many residents: drawing one takes longer than all the rest of a capture. */
const DRAWN = { finger: 10, iris: 4 } as const;
const FRAMES = 6;

const PART_OF: ReadonlyMap<string, BodyPart> = new Map(
  [...FINGERS, ...IRISES].map((part) => [bioSubType(part), part]),
);

interface Drawing {
  readonly image: GreyImage;
  readonly png: Uint8Array;
}
const drawings = new Map<string, Drawing>();
const frames = new Map<Kind, readonly Buffer[]>();

/**
 * An ISO record of this finger or eye. The same seed shows the same image; the time within makes the bytes of each
 * capture its own.
 */
export function recordOf(kind: Kind, subType: string, seed: string, quality: number, at: Date): Uint8Array {
  const part = PART_OF.get(subType);
  if (part === undefined) throw new Error(`no such part: ${subType}`);
  const { image, png } = drawing(kind, number(`${seed} ${subType}`) % DRAWN[kind]);
  const toRecord = kind === 'finger' ? fingerRecord : irisRecord;
  return toRecord(part, image, png, Math.round(quality), at);
}

/** From 0 to 2³² − 1, the same for the same text. */
export function number(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0);
}

/** The pictures of a live view, in a circle. */
export function liveFrames(kind: Kind): readonly Buffer[] {
  let made = frames.get(kind);
  if (made === undefined) {
    const { image } = drawing(kind, 0);
    made = Array.from({ length: FRAMES }, (_, index) => encodeJpeg(moved(image, index)));
    frames.set(kind, made);
  }
  return made;
}

function drawing(kind: Kind, index: number): Drawing {
  const name = `${kind} ${index}`;
  let drawn = drawings.get(name);
  if (drawn === undefined) {
    const random = seededRandom(number(name));
    const image = kind === 'finger' ? fingerImage(random) : irisImage(random);
    drawn = { image, png: encodePng(image) };
    drawings.set(name, drawn);
  }
  return drawn;
}

/** The image a little further down, as a hand that is being placed. */
function moved(image: GreyImage, index: number): GreyImage {
  const shift = Math.round(Math.sin((index / FRAMES) * 2 * Math.PI) * 12) * image.width;
  const pixels = new Uint8Array(image.pixels.length).fill(240);
  const from = Math.max(0, -shift);
  pixels.set(image.pixels.subarray(from, image.pixels.length - Math.max(0, shift)), Math.max(0, shift));
  return { ...image, pixels };
}
