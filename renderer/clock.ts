import { useSyncExternalStore } from 'react';

/** Ages and clocks on the screen are in minutes: a few seconds late is never seen. */
const TICK_MS = 2000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

/** Milliseconds by the station's clock. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** The same as something coarser: the component draws only when that changes. */
export function useNowAs<T extends string>(show: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => show(now));
}
