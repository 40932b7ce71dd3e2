import { PATHS, reconcileAnswerSchema } from '../../app/sync/protocol.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { readJson, type Call } from './call.ts';
import type { SyncLog } from './log.ts';

/** Sequences a request: about 300 KB, twenty seconds of a 128 kbit/s line. */
const CHUNK = 2_000;

interface ReconcileDeps {
  readonly store: Remote<Pick<StoreApi, 'station' | 'outbox'>>;
  readonly call: Call;
  readonly now: () => number;
  readonly log: SyncLog;
}

/**
 * Compares our sequence with the center's, the newest first: what we hold a receipt for and it does not is sent again
 * while the sealed bytes are here. Daily the last chunk, weekly (and the first time) everything.
 * @param today ISO date by the center's time
 */
export async function reconcileDaily(deps: ReconcileDeps, today: string, signal: AbortSignal): Promise<void> {
  const { store, call, now, log } = deps;
  const before = await store.station.setting('reconciledOn');
  if (before === today) return;
  const last = await store.outbox.lastSequence();
  const isWhole = before === null || new Date(today).getUTCDay() === 0;
  for (let to = last; to >= 1; to -= CHUNK) {
    const from = Math.max(1, to - CHUNK + 1);
    const packets = await store.outbox.range(from, to);
    const response = await call({
      method: 'POST',
      target: PATHS.reconcile,
      json: { from, to, packets },
      signal,
    });
    const answer = await readJson(response, reconcileAnswerSchema, now());
    const again = answer.missing.length > 0 ? await store.outbox.missing(answer.missing, now()) : 0;
    const fields = {
      from,
      to,
      missing: answer.missing.length,
      again,
      unknown: answer.unknown.length,
      mismatched: answer.mismatched.length,
      gaps: answer.gaps.length,
    };
    const clean = again === 0 && fields.unknown === 0 && fields.mismatched === 0 && fields.gaps === 0;
    if (clean) log.info('sync.reconcile', fields);
    else log.warn('sync.reconcile', fields);
    if (!isWhole) break;
  }
  await store.station.set('reconciledOn', today);
}
