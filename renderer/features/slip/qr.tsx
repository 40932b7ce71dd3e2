import { create } from 'qrcode';

/** Light border that a reader needs around the code: four modules (ISO/IEC 18004). */
const QUIET = 4;

/** One path, a run of dark modules at a time: sharp at any resolution, and no image for a cache to keep. */
export function QrCode({ text, className }: { text: string; className?: string | undefined }) {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  const runs: string[] = [];
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const from = x;
      while (x < size && modules.get(y, x) !== 0) x += 1;
      if (x > from) runs.push(`M${from} ${y}h${x - from}v1h-${x - from}z`);
    }
  }
  const side = size + 2 * QUIET;
  return (
    <svg
      className={className}
      aria-hidden
      viewBox={`-${QUIET} -${QUIET} ${side} ${side}`}
      shapeRendering="crispEdges"
    >
      <path d={runs.join('')} fill="#000" />
    </svg>
  );
}
