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
  function query<R extends pg.QueryResultRow>(text: string, values: string[]): Promise<pg.QueryResult<R>> {
    const next = last.then(() => client.query<R>(text, values));
    last = next.catch(() => undefined);
    return next;
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
    tryLock: async (name) => {
      const { rows } = await query<{ held: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as held',
        [name],
      );
      return rows[0]?.held === true;
    },
    unlock: async (name) => {
      await query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]);
    },
    close: async () => {
      closed = true;
      await last;
      await client.end();
    },
  };
}
