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
