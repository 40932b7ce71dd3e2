import type { ErrorCode } from '../../../app/errors.ts';
import { canvasBytes } from './capture.ts';

/** ISO/IEC 19794-5 frame as the field uses it: 3:4, 480 × 640, JPEG of at most 100 KB. */
export const PHOTO_WIDTH = 480;
export const PHOTO_HEIGHT = 640;
export const PHOTO_MAX_BYTES = 100 * 1024;
const QUALITIES = [0.92, 0.86, 0.8, 0.72, 0.64, 0.55, 0.45, 0.35];

/** The largest 3:4 piece from the middle of a picture. */
export function cropOf(
  width: number,
  height: number,
): { x: number; y: number; width: number; height: number } {
  const ratio = PHOTO_WIDTH / PHOTO_HEIGHT;
  const cropWidth = Math.min(width, height * ratio);
  const cropHeight = cropWidth / ratio;
  return { x: (width - cropWidth) / 2, y: (height - cropHeight) / 2, width: cropWidth, height: cropHeight };
}

/** Null while the camera has no picture yet, or where it cannot be made small enough. */
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

/** getUserMedia's exceptions as what a person can do about them. */
export function cameraError(error: unknown): ErrorCode {
  const name = error instanceof DOMException || error instanceof Error ? error.name : '';
  return name === 'NotFoundError' || name === 'OverconstrainedError' || name === 'TypeError'
    ? 'camera.missing'
    : 'camera.refused';
}
