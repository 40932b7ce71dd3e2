import type { Box } from '../../../../app/enrollment/photo.ts';
import { rgbaOf, type YuvPicture } from './yuv.ts';

/**
 * A part of a camera's frame in another size. Of its own bytes where the frame has them: of a frame that is drawn Chromium
 * keeps the whole picture, 4 MB each time, in a cache of an eighth of the PC's memory, which one resident at the camera
 * fills.
 * @param from pixels of the frame as it is displayed
 */
export async function pictureOf(
  frame: VideoFrame,
  from: Box,
  width: number,
  height: number,
): Promise<ImageData> {
  const own = await yuvOf(frame);
  if (own !== null) return new ImageData(rgbaOf(own, from, width, height), width, height);
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.imageSmoothingQuality = 'high';
  context.drawImage(frame, from.x, from.y, from.width, from.height, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/** Of the last frame; the next one is put into it. */
let held = new Uint8Array(0);

/** Null where the frame has no bytes that can be read, or others than cameras give. */
async function yuvOf(frame: VideoFrame): Promise<YuvPicture | null> {
  const { format, visibleRect } = frame;
  if (visibleRect === null || (format !== 'I420' && format !== 'NV12')) return null;
  const { width, height } = visibleRect;
  // Pixels that are not square are stretched by whoever draws them.
  if (width !== frame.displayWidth || height !== frame.displayHeight) return null;
  const size = frame.allocationSize();
  if (held.length !== size) held = new Uint8Array(size);
  const bytes = held;
  const [y, second, third] = await frame.copyTo(bytes);
  if (y === undefined || second === undefined) return null;
  const { matrix, fullRange } = frame.colorSpace;
  const common = { bytes, width, height, bt709: matrix === 'bt709', fullRange: fullRange === true };
  if (format === 'NV12') {
    const u = { ...second, step: 2 };
    return { ...common, y: { ...y, step: 1 }, u, v: { ...u, offset: u.offset + 1 } };
  }
  if (third === undefined) return null;
  return { ...common, y: { ...y, step: 1 }, u: { ...second, step: 1 }, v: { ...third, step: 1 } };
}
