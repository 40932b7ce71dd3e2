import { cropOf } from '../../../app/enrollment/photo.ts';
import type { ErrorCode } from '../../../app/errors.ts';
import { canvasBytes } from './capture.ts';

/** ISO/IEC 19794-5 frame as the field uses it: 3:4, 480 × 640, JPEG of at most 100 KB. */
export const PHOTO_WIDTH = 480;
export const PHOTO_HEIGHT = 640;
export const PHOTO_MAX_BYTES = 100 * 1024;
/** Tried one after the other until the photo is small enough. */
export const QUALITIES = [0.92, 0.86, 0.8, 0.72, 0.64, 0.55, 0.45, 0.35];

/**
 * The middle of the camera's picture, taken by the window itself: only where the face check cannot run.
 * Null while the camera has no picture yet, or where it cannot be made small enough.
 */
export function takePhoto(video: HTMLVideoElement): Uint8Array | null {
  if (video.videoWidth === 0) return null;
  const canvas = document.createElement('canvas');
  canvas.width = PHOTO_WIDTH;
  canvas.height = PHOTO_HEIGHT;
  const context = canvas.getContext('2d');
  if (context === null) return null;
  const crop = cropOf(video.videoWidth, video.videoHeight);
  context.drawImage(video, crop.x, crop.y, crop.width, crop.height, 0, 0, PHOTO_WIDTH, PHOTO_HEIGHT);
  for (const quality of QUALITIES) {
    const bytes = canvasBytes(canvas, 'image/jpeg', quality);
    if (bytes.length <= PHOTO_MAX_BYTES) return bytes;
  }
  return null;
}

const SMALL_WIDTH = 120;
const SMALL_HEIGHT = 160;

/** What the desk keeps of a photo once it is sealed, to know the resident by. Null where it cannot be drawn. */
export async function smallPhoto(jpeg: Uint8Array): Promise<Uint8Array | null> {
  try {
    const image = await createImageBitmap(new Blob([new Uint8Array(jpeg)], { type: 'image/jpeg' }));
    const canvas = document.createElement('canvas');
    canvas.width = SMALL_WIDTH;
    canvas.height = SMALL_HEIGHT;
    canvas.getContext('2d')?.drawImage(image, 0, 0, SMALL_WIDTH, SMALL_HEIGHT);
    image.close();
    return canvasBytes(canvas, 'image/jpeg', 0.8);
  } catch {
    return null;
  }
}

/** getUserMedia's exceptions as what a person can do about them. */
export function cameraError(error: unknown): ErrorCode {
  const name = error instanceof DOMException || error instanceof Error ? error.name : '';
  return name === 'NotFoundError' || name === 'OverconstrainedError' || name === 'TypeError'
    ? 'camera.missing'
    : 'camera.refused';
}
