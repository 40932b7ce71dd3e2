import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** What replicas tell each other through PostgreSQL. */
export type Channel = 'rekam_packet' | 'rekam_preempt';
const CHANNELS: readonly Channel[] = ['rekam_packet', 'rekam_preempt'];
const RECONNECT_MS = 500;

/**
 * The one connection of this process that lives as long as it does: it hears notifications and holds the upload locks
 * (advisory locks belong to a connection, so a process that dies gives its own back).
 */
export interface Ears {
  on(channel: Channel, listener: (payload: string) => void): void;
  /** The connection broke: every lock is lost. */
  onLost(listener: () => void): void;
  tell(channel: Channel, payload: string): Promise<void>;
  tryLock(name: string): Promise<boolean>;
  unlock(name: string): Promise<void>;
  close(): Promise<void>;
}

export async function openEars(url: string, onError: (error: unknown) => void): Promise<Ears> {
  const listeners = new Map<Channel, ((payload: string) => void)[]>();
  const lost: (() => void)[] = [];
  let closed = false;
  let client = await connect();

  async function connect(): Promise<pg.Client> {
    const next = new pg.Client({ connectionString: url, keepAlive: true });
    next.on('notification', ({ channel, payload }) => {
      for (const listener of listeners.get(channel as Channel) ?? []) listener(payload ?? '');
    });
    next.on('error', onError);
    await next.connect();
    for (const channel of CHANNELS) await next.query(`listen ${channel}`);
    next.once('end', () => void reconnect());
    return next;
  }

  async function reconnect(): Promise<void> {
    for (const listener of lost) listener();
    while (!closed) {
      try {
        client = await connect();
        return;
      } catch (error) {
        onError(error);
        await sleep(RECONNECT_MS);
      }
    }
  }

  // One query after the other: pg no longer queues them itself.
  let last: Promise<unknown> = Promise.resolve();
  function query<R extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<pg.QueryResult<R>> {
    const next = last.then(() => client.query<R>(text, values));
    last = next.catch(() => undefined);
    return next;
  }

  interface Asked {
    readonly name: string;
    readonly isLock: boolean;
    readonly answer: PromiseWithResolvers<boolean>;
  }
  let asked: Asked[] = [];

  /** Locks that are asked for while the connection is busy go together, in their order. */
  function advisory(name: string, isLock: boolean): Promise<boolean> {
    const answer = Promise.withResolvers<boolean>();
    asked.push({ name, isLock, answer });
    if (asked.length === 1) void last.then(askAll);
    return answer.promise;
  }

  async function askAll(): Promise<void> {
    const together = asked;
    asked = [];
    try {
      const { rows } = await query<{ nth: string; is_done: boolean }>(
        `select nth, case when is_lock then pg_try_advisory_lock(hashtextextended(name, 0))
           else pg_advisory_unlock(hashtextextended(name, 0)) end as is_done
         from unnest($1::text[], $2::bool[]) with ordinality as asked (name, is_lock, nth)`,
        [together.map(({ name }) => name), together.map(({ isLock }) => isLock)],
      );
      for (const { nth, is_done } of rows) together[Number(nth) - 1]?.answer.resolve(is_done);
    } catch (error) {
      for (const { answer } of together) answer.reject(error as Error);
    }
  }

  return {
    on: (channel, listener) => {
      listeners.set(channel, [...(listeners.get(channel) ?? []), listener]);
    },
    onLost: (listener) => {
      lost.push(listener);
    },
    tell: async (channel, payload) => {
      await query('select pg_notify($1, $2)', [channel, payload]);
    },
    tryLock: (name) => advisory(name, true),
    unlock: async (name) => {
      await advisory(name, false);
    },
    close: async () => {
      closed = true;
      await last;
      await client.end();
    },
  };
}
