import { useEffect, useRef, useState } from 'react';
import { useReleased } from './canvas-memory.ts';

/** Larger than any place that shows one; what is larger is drawn smaller. */
const MOST_PIXELS = 640;

/**
 * Shows the bytes of an image, or its words where they cannot be read. On a canvas, which takes its picture with it: of
 * what an <img> has shown Chromium keeps a decoded copy, up to half a gigabyte of the faces and fingers of a day.
 */
export function BytesImage({
  bytes,
  alt,
  className,
}: {
  bytes: Uint8Array;
  alt: string;
  className?: string | undefined;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [unreadable, setUnreadable] = useState<Uint8Array | null>(null);
  useEffect(() => {
    let gone = false;
    decode(bytes).then(
      (bitmap) => {
        if (!gone && canvas.current !== null) paint(canvas.current, bitmap);
        bitmap.close();
      },
      () => {
        if (!gone) setUnreadable(bytes);
      },
    );
    return () => {
      gone = true;
    };
  }, [bytes]);
  useReleased(canvas);
  if (unreadable === bytes) return <span className={className}>{alt}</span>;
  // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an <img> is what it stands for, and why is said above
  return <canvas ref={canvas} className={className} role="img" aria-label={alt} width={0} height={0} />;
}

function decode(bytes: Uint8Array): Promise<ImageBitmap> {
  // Only JPEG and PNG come here; the decoder looks at the bytes, the type merely has to be an image.
  const type = bytes[0] === 0x89 ? 'image/png' : 'image/jpeg';
  return createImageBitmap(new Blob([new Uint8Array(bytes)], { type }));
}

function paint(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height));
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  // In memory: what lies on a graphics card is gone when its driver starts again.
  canvas.getContext('2d', { willReadFrequently: true })?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
}
