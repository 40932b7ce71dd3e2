import { useEffect, type RefObject } from 'react';

/**
 * Until the page's garbage is collected, a canvas that is gone keeps its picture, a megabyte each: given up at once, a
 * day of captures leaves nothing to collect. Of a canvas that is there from the first render to the last.
 */
export function useReleased(canvas: RefObject<HTMLCanvasElement | null>): void {
  useEffect(() => {
    const shown = canvas.current;
    return () => {
      if (shown !== null) shown.width = 0;
    };
  }, [canvas]);
}
