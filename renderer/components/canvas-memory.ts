import { useEffect, type RefObject } from 'react';

/**
 * Until the page's garbage is collected, a canvas that is gone keeps its picture, a megabyte each: given up at once, a
 * day of captures leaves nothing to collect. Of the canvas that is there at the first render.
 */
export function useReleased(canvas: RefObject<HTMLCanvasElement | null>): void {
  useEffect(() => {
    const shown = canvas.current;
    return () => {
      // Still on the page: StrictMode only rehearses its end.
      if (shown?.isConnected === false) shown.width = 0;
    };
  }, [canvas]);
}
