import { z } from 'zod';
import type { PointGroup } from 'signature_pad';

export const SIGNATURE_MEDIA_TYPE = 'application/vnd.rekam.signature+json';
/** Width to height of the pad. On a narrow screen the pad is smaller; strokes carry the size they were made at. */
export const PAD_RATIO = 8 / 3;
/** Shorter than this (pad pixels, all strokes together) is a slip of the pen. */
const SHORTEST = 60;

/**
 * Strokes with time, as the packet carries them: x and y in pad pixels, p pressure 0–1, t ms since the first point. Beside
 * them the same signature as it looked: `svg` text and `png` base64, for whoever prints the card.
 */
const signatureSchema = z.object({
  v: z.literal(1),
  width: z.number().positive(),
  height: z.number().positive(),
  strokes: z
    .array(z.array(z.object({ x: z.number(), y: z.number(), p: z.number(), t: z.number() })).min(1))
    .min(1),
  svg: z.string().startsWith('<svg'),
  png: z.base64(),
});

export type SignatureFault = 'empty' | 'short';

export function signatureFault(groups: readonly Pick<PointGroup, 'points'>[]): SignatureFault | null {
  if (groups.every((group) => group.points.length === 0)) return 'empty';
  let length = 0;
  for (const { points } of groups) {
    for (const [index, point] of points.entries()) {
      const before = points[index - 1];
      if (before !== undefined) length += Math.hypot(point.x - before.x, point.y - before.y);
    }
  }
  return length < SHORTEST ? 'short' : null;
}

/**
 * @param width of the pad in CSS pixels when it was signed
 * @param look the pad's own drawing of it
 */
export function encodeSignature(
  groups: readonly Pick<PointGroup, 'points'>[],
  width: number,
  look: { readonly svg: string; readonly png: Uint8Array },
): Uint8Array {
  const tenth = (value: number) => Math.round(value * 10) / 10;
  let from = groups[0]?.points[0]?.time ?? 0;
  let until = 0;
  const strokes = groups
    .filter((group) => group.points.length > 0)
    .map((group) => {
      // A clock that was put back between two strokes: the later one still follows.
      from = Math.min(from, (group.points[0]?.time ?? 0) - until);
      return group.points.map((point) => {
        until = Math.max(until, Math.round(point.time - from));
        return {
          x: tenth(point.x),
          y: tenth(point.y),
          p: Math.round(point.pressure * 100) / 100,
          t: until,
        };
      });
    });
  let png = '';
  for (const byte of look.png) png += String.fromCharCode(byte);
  const height = width / PAD_RATIO;
  return new TextEncoder().encode(
    JSON.stringify({ v: 1, width, height, strokes, svg: look.svg, png: btoa(png) }),
  );
}

/**
 * The strokes for a pad of this width, with times beside which those of a new stroke make sense; none where the bytes
 * are not a signature of ours.
 * @param width CSS pixels
 * @param endedAt when the last stroke ended, in milliseconds since the epoch
 */
export function decodeSignature(
  bytes: Uint8Array,
  width: number,
  endedAt: number,
): { x: number; y: number; pressure: number; time: number }[][] {
  try {
    const parsed = signatureSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    if (!parsed.success) return [];
    const scale = width / parsed.data.width;
    const { strokes } = parsed.data;
    const first = endedAt - (strokes.at(-1)?.at(-1)?.t ?? 0);
    return strokes.map((stroke) =>
      stroke.map(({ x, y, p, t }) => ({ x: x * scale, y: y * scale, pressure: p, time: first + t })),
    );
  } catch {
    return [];
  }
}
