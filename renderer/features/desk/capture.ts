import type { PartName } from '../../../app/enrollment/biometrics.ts';
import type { Sha256 } from '../../../app/ids.ts';
import type { Capture } from '../../../app/ipc/contract.ts';
import { sha256Hex } from '../../drafts/crypto.ts';

/** A part that the window itself makes (photo, signature), described as the packet will carry it. */
export async function makeCapture(
  name: PartName,
  mediaType: string,
  bytes: Uint8Array,
  preview: Uint8Array | null,
  attempts: number,
): Promise<Capture> {
  const part = {
    name,
    mediaType,
    size: bytes.length,
    sha256: (await sha256Hex(bytes)) as Sha256,
    quality: null,
    capturedAt: new Date().toISOString(),
    attempts,
    device: null,
  };
  return { part, bytes, preview };
}

/**
 * The best of what there is and what was just captured, part by part; each says how often it was tried.
 * @param attempt the number of this capture, from 1
 */
export function keepBest(
  held: ReadonlyMap<PartName, Capture>,
  fresh: readonly Capture[],
  attempt: number,
): Capture[] {
  return fresh.map((capture) => {
    const before = held.get(capture.part.name);
    const better = before === undefined || (capture.part.quality ?? 0) >= (before.part.quality ?? 0);
    const best = better ? capture : before;
    return { ...best, part: { ...best.part, attempts: attempt } };
  });
}

/**
 * A canvas as image bytes, at once: toBlob waits for an idle moment, which on a busy PC can be a second, and what was
 * just signed or taken would not be saved for so long.
 */
export function canvasBytes(
  canvas: HTMLCanvasElement,
  type: 'image/png' | 'image/jpeg',
  quality?: number,
): Uint8Array {
  const text = atob(canvas.toDataURL(type, quality).split(',')[1] ?? '');
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
