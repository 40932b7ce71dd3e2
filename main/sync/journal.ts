import type { KeyObject } from 'node:crypto';
import type { StationId } from '../../app/ids.ts';
import { journalAnswerSchema, JWS_TYPES, PATHS } from '../../app/sync/protocol.ts';
import { signJws } from '../security/sign.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { readJson, type Call } from './call.ts';
import { notOurs } from './classify.ts';
import type { SyncLog } from './log.ts';

const BATCH = 100;
/** No station's journal grows so long; numbers behind it would stop being whole ones. */
const LAST = 2 ** 31 - 1;

interface JournalDeps {
  readonly store: Remote<Pick<StoreApi, 'journal'>>;
  readonly call: Call;
  readonly now: () => number;
  readonly stationId: StationId;
  readonly stationKey: KeyObject;
  readonly log: SyncLog;
}

/** Sends the station's own facts in sequence. Ed25519 is deterministic: an entry sent twice is the same bytes twice. */
export async function sendJournal(deps: JournalDeps, signal: AbortSignal): Promise<number> {
  if (await deps.store.journal.isUnsure()) await deps.store.journal.resume(await ask(deps, [], signal));
  let count = 0;
  let isRewound = false;
  for (;;) {
    const entries = await deps.store.journal.pending(BATCH);
    const first = entries[0];
    const last = entries.at(-1);
    if (first === undefined || last === undefined) return count;
    const unreadable = entries.filter(({ fact }) => fact.type === 'unreadable');
    if (unreadable.length > 0) {
      const sequences = unreadable.map(({ sequence }) => sequence);
      deps.log.error('sync.journal.unreadable', { sequences: sequences.join(' ') });
      await deps.store.journal.park(sequences, deps.now());
    }
    const signed = entries.map((entry) => signJws(JWS_TYPES.fact, deps.stationId, entry, deps.stationKey));
    const acknowledged = await ask(deps, signed, signal);
    if (acknowledged < first.sequence) {
      // Restored from a backup, it lacks what it had acknowledged; said twice it is a defect there.
      if (isRewound || acknowledged === first.sequence - 1) throw notOurs('centerError', 'journal-stands');
      deps.log.warn('sync.journal.rewound', { from: first.sequence, to: acknowledged + 1 });
      await deps.store.journal.rewind(acknowledged);
      isRewound = true;
      continue;
    }
    // A center that claims more than it was sent must not make us drop the rest.
    const upTo = Math.min(acknowledged, last.sequence);
    await deps.store.journal.acknowledge(upTo);
    count += upTo - first.sequence + 1;
  }
}

/**
 * A center that was restored from a backup lacks what it had acknowledged, and with nothing new to send nobody would
 * notice: whatever it lacks is sent again.
 */
export async function compareJournal(
  deps: Pick<JournalDeps, 'store' | 'call' | 'now' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const held = await ask(deps, [], signal);
  if (await deps.store.journal.rewind(held)) deps.log.warn('sync.journal.rewound', { to: held + 1 });
}

/** @returns how far the center holds the journal without a gap */
async function ask(
  deps: Pick<JournalDeps, 'call' | 'now'>,
  entries: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const response = await deps.call({ method: 'POST', target: PATHS.journal, json: { entries }, signal });
  const { acknowledged } = await readJson(response, journalAnswerSchema, deps.now());
  if (acknowledged > LAST) throw notOurs('centerError', 'journal-beyond');
  return acknowledged;
}
