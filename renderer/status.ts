import { useSyncExternalStore } from 'react';
import type { StationStatus } from '../app/ipc/status.ts';
import { station } from './station.ts';

let current: StationStatus | null = null;
const listeners = new Set<() => void>();

function set(status: StationStatus): void {
  current = status;
  for (const listener of listeners) listener();
}

/** Status has a store of its own: a push each second redraws only what selected something that changed. */
export function startStatus(): void {
  station.events.on('station.statusChanged', set);
  void station.station.status(undefined).then((result) => {
    if (result.ok && current === null) set(result.value);
  });
}

/** For who has just learnt more than the last push knew: that comes once a second, a hand is faster. */
export async function refreshStatus(): Promise<void> {
  const result = await station.station.status(undefined);
  if (result.ok) set(result.value);
}

export function subscribeStatus(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function statusNow(): StationStatus | null {
  return current;
}

/** @param select must answer a primitive, or the component draws with every push */
export function useStatus<T>(select: (status: StationStatus | null) => T): T {
  return useSyncExternalStore(subscribeStatus, () => select(current));
}
