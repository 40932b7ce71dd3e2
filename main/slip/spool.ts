import { setTimeout as pause } from 'node:timers/promises';

/** The system's spooler answers in a moment, and a broken driver never. */
const SPOOL_MS = 60_000;

export type Spooled =
  /** The system has the paper. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly error: Error }
  /** No word of it: the paper may still come. */
  | { readonly kind: 'silent' };

/**
 * @param print calls back once, or throws
 * @param limit resolves when nobody should wait any longer
 */
export async function spool(
  print: (answer: (success: boolean, reason: string) => void) => void,
  limit: (signal: AbortSignal) => Promise<unknown> = (signal) => pause(SPOOL_MS, undefined, { signal }),
): Promise<Spooled> {
  const waiting = new AbortController();
  const answered = new Promise<Spooled>((resolve) => {
    try {
      print((success, reason) =>
        resolve(success ? { kind: 'taken' } : { kind: 'refused', error: new Error(reason) }),
      );
    } catch (error) {
      resolve({ kind: 'refused', error: error instanceof Error ? error : new Error('print') });
    }
  });
  const silent = limit(waiting.signal).then(
    (): Spooled => ({ kind: 'silent' }),
    () => answered,
  );
  try {
    return await Promise.race([answered, silent]);
  } finally {
    waiting.abort();
  }
}
