import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { sql } from 'kysely';
import type { PacketId } from '../../app/ids.ts';
import type { Db } from '../database.ts';
import { sealingKeys, type SealingKey } from '../keys.ts';
import type { Storage } from '../storage.ts';

export interface Intake {
  /** A packet has come. */
  look(): void;
  /** An upload comes in: verdicts wait for it a while. @returns to be called once when it is over */
  giveWay(): () => void;
  /** Lets it look at new packets; until then, and after `pause`, they wait. */
  resume(): void;
  pause(): void;
  /** Resolves after the packet under way. */
  stop(): Promise<void>;
}

/** What the thread works with. */
export interface ThreadData {
  readonly databaseUrl: string;
  /** As `openBlobs` takes it. */
  readonly blobs: string;
  readonly sealing: readonly SealingKey[];
  readonly isPaused: boolean;
}
export type Order = 'look' | 'busy' | 'free' | 'pause' | 'resume' | 'stop';
/** What it has in hand, and what it could not do. */
export type News =
  | { readonly examining: PacketId | null }
  | { readonly trouble: string; readonly packetId: PacketId | null };

const RETRY_CAP_MS = 10 * 60_000;
/** After a thread ended by itself. */
const START_AGAIN_MS = 1000;

/**
 * Examines packets on a thread of its own, with connections of its own: a receipt never waits for a verdict. A packet
 * that ends the thread is put off like any other failure, so that the others come next.
 * @param file of the thread
 */
export function startIntake(
  { databaseUrl, db, blobs, keys, log }: Pick<Storage, 'databaseUrl' | 'db' | 'blobs' | 'keys' | 'log'>,
  file = new URL('./thread.ts', import.meta.url),
): Intake {
  let isStopping = false;
  let isPaused = false;
  let uploads = 0;
  let again: NodeJS.Timeout | undefined;
  let thread = start();

  function start(): Worker {
    let inHand: PacketId | null = null;
    const workerData: ThreadData = {
      ...{ databaseUrl, isPaused },
      ...{ blobs: blobs.where, sealing: sealingKeys(keys) },
    };
    const started = new Worker(file, { workerData });
    started.on('message', (news: News) => {
      if ('examining' in news) inHand = news.examining;
      else log.error({ packetId: news.packetId, err: news.trouble }, 'intake stumbled');
    });
    started.on('error', (err) => log.error({ err, packetId: inHand }, 'the examining thread failed'));
    started.on('exit', (code) => {
      if (isStopping) return;
      log.error({ code, packetId: inHand }, 'the examining thread ended');
      void endedWith(db, inHand, log).then(() => {
        if (isStopping) return;
        again = setTimeout(() => {
          thread = start();
        }, START_AGAIN_MS);
      });
    });
    return started;
  }

  const tell = (order: Order): void => thread.postMessage(order);
  return {
    look: () => tell('look'),
    giveWay: () => {
      if (uploads === 0) tell('busy');
      uploads += 1;
      return () => {
        uploads -= 1;
        if (uploads === 0) tell('free');
      };
    },
    resume: () => {
      isPaused = false;
      tell('resume');
    },
    pause: () => {
      isPaused = true;
      tell('pause');
    },
    stop: async () => {
      isStopping = true;
      clearTimeout(again);
      const exited = new Promise((resolve) => thread.once('exit', resolve));
      if (thread.threadId === -1) return;
      tell('stop');
      await exited;
    },
  };
}

async function endedWith(db: Db, inHand: PacketId | null, log: Logger): Promise<void> {
  if (inHand !== null) await putOff(db, inHand).catch((err: unknown) => log.error({ err }, 'intake'));
}

/** A failure of ours (a disk that cannot be read) is no verdict: the packet comes up again, later and later. */
export async function putOff(db: Db, id: PacketId): Promise<void> {
  const wait = sql<Date>`now() + least(${RETRY_CAP_MS}, 1000 * 2.0 ^ least(attempts, 20)) * interval '1 ms'`;
  await db
    .updateTable('packet')
    .set({ attempts: sql<number>`attempts + 1`, next_attempt_at: wait })
    .where('packet_id', '=', id)
    .execute();
}
