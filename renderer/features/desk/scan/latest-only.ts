/** Does one after the other and skips what was overtaken meanwhile: a slow PC shows fewer pictures, never old ones. */
export function latestOnly<T>(task: (value: T) => Promise<void>): (value: T) => void {
  let waiting: { readonly value: T } | null = null;
  let running = false;
  const run = async () => {
    running = true;
    while (waiting !== null) {
      const { value } = waiting;
      waiting = null;
      // A picture that cannot be read is left out; the next one follows.
      await task(value).catch(() => undefined);
    }
    running = false;
  };
  return (value) => {
    waiting = { value };
    if (!running) void run();
  };
}
