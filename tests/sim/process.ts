import type { Clock, SyncEngine } from '../../main/sync/api.ts';
import type { SyncStore } from '../../main/sync/engine.ts';
import type { SyncLog } from '../../main/sync/log.ts';
import type { World } from './world.ts';

/** One process of the station. What its engine asks once it is dead is never answered. */
export interface Process {
  isAlive: boolean;
  engine: SyncEngine | null;
  /** Dies at this call of the store, before or after it is done. */
  killAt: { readonly call: number; readonly isDone: boolean } | null;
  calls: number;
}

export function newProcess(): Process {
  return { isAlive: true, engine: null, killAt: null, calls: 0 };
}

/** @param now the station's clock, which the run may set */
export function clockOf(host: Process, world: World, now: () => number): Clock {
  return {
    now,
    elapsed: () => world.now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        world.beat();
        let isOver = false;
        const end = (): void => {
          if (isOver || !host.isAlive) return;
          isOver = true;
          signal.removeEventListener('abort', end);
          resolve();
        };
        if (signal.aborted) end();
        else {
          signal.addEventListener('abort', end, { once: true });
          world.in(ms, end);
        }
      }),
  };
}

export function logOf(host: Process, world: World): SyncLog {
  const say = (event: string, fields: object = {}): void => {
    if (host.isAlive) world.trace(`  ${event} ${JSON.stringify(fields)}`);
  };
  return { info: say, warn: say, error: say };
}

/** The store as the engine sees it: each call goes through `call`. */
export function storeOf(
  call: (group: string, method: string, args: unknown[]) => Promise<unknown>,
): SyncStore {
  const groupOf = (group: string): object =>
    new Proxy(
      {},
      {
        get: (_, method) =>
          typeof method === 'string' && method !== 'then'
            ? (...args: unknown[]) => call(group, method, args)
            : undefined,
      },
    );
  const names = ['station', 'outbox', 'journal', 'reference', 'outages', 'takeovers'];
  return Object.fromEntries(names.map((name) => [name, groupOf(name)])) as unknown as SyncStore;
}
