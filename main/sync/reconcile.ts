import type { StationId } from '../../app/ids.ts';
import { localDay } from '../../app/local-day.ts';
import { PATHS, reconcileAnswerSchema, type ReconcileAnswer } from '../../app/sync/protocol.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { readJson, type Call } from './call.ts';
import { notOurs } from './classify.ts';
import { compareJournal } from './journal.ts';
import type { SyncLog } from './log.ts';

/** Above every number that a station will ever give. */
const NO_END = 2 ** 31 - 1;
/** Sequences a request: about 300 KB, twenty seconds of a 128 kbit/s line. */
const CHUNK = 2_000;
const WEEK_MS = 7 * 24 * 60 * 60_000;

interface ReconcileDeps {
  readonly store: Remote<Pick<StoreApi, 'station' | 'outbox' | 'takeovers' | 'journal'>>;
  readonly call: Call;
  readonly now: () => number;
  readonly centerTimeAtLeast: () => number | null;
  readonly log: SyncLog;
}

/**
 * Compares our sequence with the center's, the newest first: what we hold a receipt for and it does not is sent again
 * while the sealed bytes are here, the rest is held or told. Daily the last chunk; everything the first
 * time, and when that is a week ago. So is the journal.
 * @param isAsked by a person, whenever it was done last
 * @returns how many packets wait again
 */
export async function reconcileDaily(
  deps: ReconcileDeps,
  signal: AbortSignal,
  isAsked = false,
): Promise<number> {
  const { store, now, log } = deps;
  const today = localDay(deps.centerTimeAtLeast() ?? now());
  const before = await store.station.setting('reconciledOn');
  if (before === today && !isAsked) return 0;
  // Built anew, this database may not know the last numbers that it gave.
  if (before === null && (await store.station.setting('recovery')) !== null) await learnLast(deps, signal);
  const last = await store.outbox.lastSequence();
  const isWhole = isWeekOld(await store.station.setting('reconciledWholeOn'), today);
  let waitAgain = 0;
  let newest: object | null = null;
  for (let to = last; to >= 1; to -= CHUNK) {
    const from = Math.max(1, to - CHUNK + 1);
    const packets = await store.outbox.range(from, to);
    const answer = await ask(deps, { from, to, packets, ...(newest === null && { accepted: true }) }, signal);
    const done = await store.outbox.reconciled(answer, { from, to }, now());
    const absent = new Set([...answer.missing, ...answer.mismatched]);
    newest ??= {
      ...{ at: new Date(now()).toISOString(), from, to },
      absent: packets.flatMap(({ sequence, packetId }) => (absent.has(packetId) ? [sequence] : [])),
    };
    waitAgain += done.again;
    const fields = {
      ...{ from, to, ...done },
      missing: answer.missing.length,
      unknown: answer.unknown.length,
      mismatched: answer.mismatched.length,
      gaps: answer.gaps.length,
    };
    const isClean = fields.unknown + fields.mismatched + fields.gaps + done.again + done.told === 0;
    if (isClean) log.info('sync.reconcile', fields);
    else log.warn('sync.reconcile', fields);
    if (!isWhole) break;
  }
  // A desk that has recorded nobody yet is told what the others' come to all the same.
  if (newest === null) {
    const { accepted } = await ask(deps, { from: 1, to: 1, packets: [], accepted: true }, signal);
    const nothing = { missing: [], unknown: [], mismatched: [], gaps: [] };
    await store.outbox.reconciled({ ...nothing, accepted }, { from: 1, to: 1 }, now());
  }
  if (isWhole) await store.station.set('reconciledWholeOn', today);
  for (const { stationId, last: theirLast } of await store.takeovers.toldOf())
    waitAgain += await reconcileTakenOver(deps, stationId, theirLast, signal);
  await compareJournal(deps, signal);
  if (newest !== null) await store.station.set('comparison', JSON.stringify(newest));
  await store.station.set('reconciledOn', today);
  return waitAgain;
}

/** Numbers that were not asked about would be told as findings, or go on for ever as this station's own. */
async function ask(
  { call, now }: ReconcileDeps,
  json: {
    readonly stationId?: StationId;
    readonly from: number;
    readonly to: number;
    readonly packets: readonly object[];
    readonly accepted?: boolean;
  },
  signal: AbortSignal,
): Promise<ReconcileAnswer> {
  const response = await call({ method: 'POST', target: PATHS.reconcile, json, signal });
  const answer = await readJson(response, reconcileAnswerSchema, now());
  const told = [
    ...answer.unknown.map(({ sequence }) => sequence),
    ...answer.gaps.flatMap(({ from, to }) => [from, to]),
  ];
  if (told.some((sequence) => sequence < json.from || sequence > json.to))
    throw notOurs('centerError', 'reconcile-range');
  return answer;
}

/** By age: an office is closed on one and the same day each week. A date that lies ahead was a wrong clock's. */
function isWeekOld(last: string | null, today: string): boolean {
  return last === null || Math.abs(Date.parse(today) - Date.parse(last)) >= WEEK_MS;
}

/** A dead station records no more: all of it, each time. What neither side has can only be recorded anew. */
async function reconcileTakenOver(
  deps: ReconcileDeps,
  stationId: StationId,
  last: number,
  signal: AbortSignal,
): Promise<number> {
  const { store, now, log } = deps;
  const gaps: ReconcileAnswer['gaps'] = [];
  let waitAgain = 0;
  for (let to = last; to >= 1; to -= CHUNK) {
    const from = Math.max(1, to - CHUNK + 1);
    const packets = await store.outbox.range(from, to, stationId);
    const answer = await ask(deps, { stationId, from, to, packets }, signal);
    const done = await store.outbox.reconciledOf(answer, now());
    waitAgain += done.again;
    gaps.unshift(...answer.gaps);
  }
  await store.takeovers.gaps(stationId, gaps);
  log.info('sync.reconcile.takeover', { last, again: waitAgain, gaps: gaps.length });
  return waitAgain;
}

async function learnLast(deps: ReconcileDeps, signal: AbortSignal): Promise<void> {
  const { store, log } = deps;
  const from = (await store.outbox.lastSequence()) + 1;
  const answer = await ask(deps, { from, to: NO_END, packets: [] }, signal);
  const highest = Math.max(0, ...answer.unknown.map(({ sequence }) => sequence));
  if (highest === 0) return;
  log.warn('sync.reconcile.ahead', { from, to: highest });
  await store.outbox.continueAbove(highest);
}
