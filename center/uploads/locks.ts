import { setTimeout as sleep } from 'node:timers/promises';
import type { PacketId } from '../../app/ids.ts';
import type { Ears } from '../ears.ts';

/** Exclusive for one upload over all replicas. */
export interface UploadLock {
  release(): Promise<void>;
}

export interface UploadLocks {
  /**
   * Takes the lock of an upload. Whoever holds it is asked to let go: a station that comes again has lost its earlier
   * connection, even when this side has not noticed yet.
   * @param abort called when somebody else wants the lock; must lead to its release soon, or do nothing while finishing
   * @returns null when the holder did not let go in time
   */
  acquire(
    id: PacketId,
    abort: () => void,
    options?: { readonly preempt?: boolean },
  ): Promise<UploadLock | null>;
  /** Resolves when nobody holds any. */
  idle(): Promise<void>;
}

interface Holder {
  readonly abort: () => void;
  readonly released: Promise<void>;
}

const PATIENCE_MS = 5000;
const ASK_AGAIN_MS = 50;

export function createUploadLocks(ears: Ears): UploadLocks {
  const holders = new Map<PacketId, Holder>();
  ears.on('rekam_preempt', (id) => holders.get(id as PacketId)?.abort());
  ears.onLost(() => {
    for (const holder of holders.values()) holder.abort();
  });

  /** Within this process: PostgreSQL would give the same connection the same lock twice. */
  async function hold(
    id: PacketId,
    abort: () => void,
    until: number,
    preempt: boolean,
  ): Promise<(() => void) | null> {
    for (let holder = holders.get(id); holder !== undefined; holder = holders.get(id)) {
      if (preempt) holder.abort();
      const left = until - Date.now();
      if (left <= 0) return null;
      const giveUp = new AbortController();
      const timeout = sleep(left, undefined, { signal: giveUp.signal }).catch(() => undefined);
      await Promise.race([holder.released, timeout]);
      giveUp.abort();
    }
    const { promise: released, resolve } = Promise.withResolvers<void>();
    holders.set(id, { abort, released });
    return () => {
      holders.delete(id);
      resolve();
    };
  }

  async function holdOverall(id: PacketId, until: number, preempt: boolean): Promise<boolean> {
    while (!(await ears.tryLock(id))) {
      if (Date.now() >= until) return false;
      if (preempt) await ears.tell('rekam_preempt', id);
      await sleep(ASK_AGAIN_MS);
    }
    return true;
  }

  return {
    acquire: async (id, abort, { preempt = true } = {}) => {
      const until = Date.now() + (preempt ? PATIENCE_MS : 0);
      const letGo = await hold(id, abort, until, preempt);
      if (letGo === null) return null;
      try {
        if (await holdOverall(id, until, preempt)) {
          return {
            release: async () => {
              // It fails only where the connection is lost, and the lock with it.
              await ears.unlock(id).catch(() => undefined);
              letGo();
            },
          };
        }
      } catch (error) {
        letGo();
        throw error;
      }
      letGo();
      return null;
    },
    idle: async () => {
      while (holders.size > 0) await Promise.all([...holders.values()].map(({ released }) => released));
    },
  };
}
