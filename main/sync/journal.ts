import type { KeyObject } from 'node:crypto';
import type { StationId } from '../../app/ids.ts';
import { journalAnswerSchema, JWS_TYPES, PATHS } from '../../app/sync/protocol.ts';
import { signJws } from '../security/sign.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { readJson, type Call } from './call.ts';
import { notOurs } from './classify.ts';

const BATCH = 100;

interface JournalDeps {
  readonly store: Remote<Pick<StoreApi, 'journal'>>;
  readonly call: Call;
  readonly now: () => number;
  readonly stationId: StationId;
  readonly stationKey: KeyObject;
}

/** Sends the station's own facts in sequence. Ed25519 is deterministic: an entry sent twice is the same bytes twice. */
export async function sendJournal(deps: JournalDeps, signal: AbortSignal): Promise<number> {
  let count = 0;
  for (;;) {
    const entries = await deps.store.journal.pending(BATCH);
    const first = entries[0];
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return count;
    const signed = entries.map((entry) => signJws(JWS_TYPES.fact, deps.stationId, entry, deps.stationKey));
    const response = await deps.call({
      method: 'POST',
      target: PATHS.journal,
      json: { entries: signed },
      signal,
    });
    const { acknowledged } = await readJson(response, journalAnswerSchema, deps.now());
    if (acknowledged < first.sequence) throw notOurs('centerError', 'journal-stands');
    // A center that claims more than it was sent must not make us drop the rest.
    const upTo = Math.min(acknowledged, last.sequence);
    await deps.store.journal.acknowledge(upTo);
    count += upTo - first.sequence + 1;
  }
}
