/**
 * Runs once the picture that is being made now is on the screen: a key press shows its effect first, and only then is a
 * device woken, which costs a weak PC a tenth of a second.
 * @returns takes it back
 */
export function afterPaint(run: () => void): () => void {
  // The first frame belongs to the picture itself; the second begins when it has been drawn.
  let frame = requestAnimationFrame(() => {
    frame = requestAnimationFrame(run);
  });
  return () => cancelAnimationFrame(frame);
}

/** A window that nobody sees draws nothing: what waits for its picture goes on without it. */
const UNSEEN_MS = 250;

/** When a key press has been shown; for what takes the processor from the picture that says so. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    const cancel = afterPaint(resolve);
    window.setTimeout(() => {
      cancel();
      resolve();
    }, UNSEEN_MS);
  });
}
