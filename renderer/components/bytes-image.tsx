import { useEffect, useRef } from 'react';

/** Shows image bytes through a blob URL that lives as long as the picture. */
export function BytesImage({
  bytes,
  alt,
  className,
}: {
  bytes: Uint8Array;
  alt: string;
  className?: string | undefined;
}) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    // Only JPEG and PNG come here; the decoder looks at the bytes, the type merely has to be an image.
    const type = bytes[0] === 0x89 ? 'image/png' : 'image/jpeg';
    const url = URL.createObjectURL(new Blob([new Uint8Array(bytes)], { type }));
    if (image.current !== null) image.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [bytes]);
  return <img ref={image} alt={alt} className={className} />;
}
