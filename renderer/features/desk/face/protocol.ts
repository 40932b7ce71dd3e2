import type { PhotoMeasure } from '../../../../app/enrollment/photo.ts';

/** Between the window and the face worker. A frame is handed over, not copied; the worker closes it. */
export type Ask =
  | { readonly id: number; readonly kind: 'load' }
  | { readonly id: number; readonly kind: 'look'; readonly frame: VideoFrame }
  | { readonly id: number; readonly kind: 'take'; readonly frame: VideoFrame };

/** What was seen, in pixels of the picture that was looked at. */
export interface Seen {
  readonly measure: PhotoMeasure;
  /** Pixels of the camera's picture for one of the measured picture. */
  readonly scale: number;
  /** Milliseconds in the worker. */
  readonly took: number;
}

export interface Taken {
  readonly seen: Seen;
  /** JPEG of the crop; null where it cannot be made small enough. */
  readonly bytes: Uint8Array | null;
}

export type Answer =
  | { readonly id: number; readonly kind: 'loaded' }
  | { readonly id: number; readonly kind: 'seen'; readonly seen: Seen }
  | { readonly id: number; readonly kind: 'taken'; readonly taken: Taken }
  /** The worker itself goes on: the next picture may do better, and `load` can be asked again. */
  | { readonly id: number; readonly kind: 'failed'; readonly reason: string };
