import type { Clock } from './api.ts';

/** A run over a few packets is over before anything else is late. */
const FIRST_MS = 30_000;
const SHORTEST_MS = 250;
const LONGEST_MS = 60_000;

interface Beside {
  readonly clock: Clock;
  /** Milliseconds until something small is due. */
  readonly untilDue: () => number;
  /** Does what is due. Never rejects. */
  readonly act: () => Promise<void>;
}

/**
 * Keeps the small things going while a long run over the outbox lasts, a day's queue on a thin line: they go beside the
 * uploads, so that none of these is cut or waits.
 */
export async function alongside<T>({ clock, untilDue, act }: Beside, run: () => Promise<T>): Promise<T> {
  const over = new AbortController();
  const small = (async () => {
    await clock.sleep(FIRST_MS, over.signal);
    while (!over.signal.aborted) {
      await act();
      const wait = Math.min(Math.max(untilDue(), SHORTEST_MS), LONGEST_MS);
      if (!over.signal.aborted) await clock.sleep(wait, over.signal);
    }
  })();
  try {
    return await run();
  } finally {
    over.abort();
    await small;
  }
}
