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
  const first = groups[0]?.points[0]?.time ?? 0;
  const tenth = (value: number) => Math.round(value * 10) / 10;
  const strokes = groups
    .filter((group) => group.points.length > 0)
    .map((group) =>
      group.points.map((point) => ({
        x: tenth(point.x),
        y: tenth(point.y),
        p: Math.round(point.pressure * 100) / 100,
        t: Math.round(point.time - first),
      })),
    );
  let png = '';
  for (const byte of look.png) png += String.fromCharCode(byte);
  const height = width / PAD_RATIO;
  return new TextEncoder().encode(
    JSON.stringify({ v: 1, width, height, strokes, svg: look.svg, png: btoa(png) }),
  );
}

/**
 * The strokes for a pad of this width; none where the bytes are not a signature of ours.
 * @param width CSS pixels
 */
export function decodeSignature(
  bytes: Uint8Array,
  width: number,
): { x: number; y: number; pressure: number; time: number }[][] {
  try {
    const parsed = signatureSchema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    if (!parsed.success) return [];
    const scale = width / parsed.data.width;
    return parsed.data.strokes.map((stroke) =>
      stroke.map((point) => ({ x: point.x * scale, y: point.y * scale, pressure: point.p, time: point.t })),
    );
  } catch {
    return [];
  }
}
