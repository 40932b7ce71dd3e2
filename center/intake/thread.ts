import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { PacketId } from '../../app/ids.ts';
import { openBlobs } from '../blobs.ts';
import { connect } from '../database.ts';
import { decideNext, type Desk } from './decide.ts';
import { putOff, type News, type Order, type ThreadData } from './intake.ts';

/** While uploads come in, a verdict may wait so long for them: nobody at a desk waits for one, but for a receipt. */
const GIVES_WAY_MS = 10_000;
/** Looks even when nobody tells of a packet: another replica has taken it in, or what gave way has waited long enough. */
const LOOK_AGAIN_MS = 5000;

const { databaseUrl, blobs, sealing, isPaused: beginsPaused } = workerData as ThreadData;
const tell = (news: News): void => parentPort?.postMessage(news);
const complain = (error: unknown, packetId: PacketId | null): void =>
  tell({ trouble: error instanceof Error ? (error.stack ?? error.message) : String(error), packetId });

const stopping = new AbortController();
let isPaused = beginsPaused;
let isBusy = false;
let wake = new AbortController();

parentPort?.on('message', (order: Order) => {
  if (order === 'pause') isPaused = true;
  if (order === 'resume') isPaused = false;
  if (order === 'stop') stopping.abort();
  if (order === 'busy') isBusy = true;
  if (order === 'free') isBusy = false;
  // What came just now waits anyway while more comes.
  if (order !== 'busy' && !(order === 'look' && isBusy)) wake.abort();
});

async function next(desk: Desk): Promise<boolean> {
  let inHand: PacketId | null = null;
  try {
    const cameBy = new Date(Date.now() - (isBusy ? GIVES_WAY_MS : 0));
    return await decideNext(desk, cameBy, (id) => {
      inHand = id;
      tell({ examining: id });
    });
  } catch (error) {
    complain(error, inHand);
    if (inHand === null) return false;
    await putOff(desk.db, inHand);
    return true;
  } finally {
    if (inHand !== null) tell({ examining: null });
  }
}

// One for the packet in hand, one for what must be written when its transaction failed.
const db = connect(databaseUrl, 2, (error) => complain(error, null));
const desk: Desk = { db, blobs: await openBlobs(blobs), sealing };
while (!stopping.signal.aborted) {
  wake = new AbortController();
  try {
    while (!isPaused && !stopping.signal.aborted && (await next(desk))) {
      // On to the next.
    }
  } catch (error) {
    complain(error, null);
  }
  if (!stopping.signal.aborted)
    await sleep(LOOK_AGAIN_MS, undefined, { signal: wake.signal }).catch(() => undefined);
}
await db.destroy();
parentPort?.close();
