import type { Box } from '../../../../app/enrollment/photo.ts';
import { rgbaOf, type YuvPicture } from './yuv.ts';

/**
 * Copies a part of a camera's frame into a picture, in that picture's size. Of its own bytes where the frame has them: of a
 * frame that is drawn Chromium keeps the whole picture, 4 MB each time, in a cache of an eighth of the PC's memory, which
 * one resident at the camera fills.
 * @param from pixels of the frame as it is displayed
 */
export async function copyPart(frame: VideoFrame, from: Box, into: ImageData): Promise<void> {
  const { width, height } = into;
  const own = await yuvOf(frame);
  if (own !== null) {
    rgbaOf(own, from, width, height, into.data);
    return;
  }
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(frame, from.x, from.y, from.width, from.height, 0, 0, width, height);
  into.data.set(context.getImageData(0, 0, width, height).data);
}

/** What was drawn last, where a frame had to be. */
const canvas = new OffscreenCanvas(1, 1);

/** Of the last frame; the next one is put into it. */
let held = new Uint8Array(0);

/** What is told of the two matrices that cameras use; unsaid it is BT.601's. */
const MATRICES: readonly unknown[] = [null, undefined, 'bt709', 'smpte170m', 'bt470bg'];

/** Null where the frame's bytes cannot be read, or are others than cameras give. */
async function yuvOf(frame: VideoFrame): Promise<YuvPicture | null> {
  const { format, visibleRect } = frame;
  if (visibleRect === null || (format !== 'I420' && format !== 'NV12')) return null;
  const { width, height } = visibleRect;
  // Pixels that are not square, and a picture that lies on its side, are set right by whoever draws them.
  if (width !== frame.displayWidth || height !== frame.displayHeight) return null;
  const { rotation = 0, flip = false } = frame as { readonly rotation?: number; readonly flip?: boolean };
  const { matrix, fullRange } = frame.colorSpace;
  if (rotation !== 0 || flip || !MATRICES.includes(matrix)) return null;
  const layout = await bytesOf(frame);
  const [y, second, third] = layout ?? [];
  if (y === undefined || second === undefined) return null;
  const common = { bytes: held, width, height, bt709: matrix === 'bt709', fullRange: fullRange === true };
  if (format === 'NV12') {
    const u = { ...second, step: 2 };
    return { ...common, y: { ...y, step: 1 }, u, v: { ...u, offset: u.offset + 1 } };
  }
  if (third === undefined) return null;
  return { ...common, y: { ...y, step: 1 }, u: { ...second, step: 1 }, v: { ...third, step: 1 } };
}

/** Into `held`; null where they lie on a graphics card that does not give them. */
async function bytesOf(frame: VideoFrame): Promise<readonly PlaneLayout[] | null> {
  try {
    const size = frame.allocationSize();
    if (held.length !== size) held = new Uint8Array(size);
    return await frame.copyTo(held);
  } catch {
    return null;
  }
}
