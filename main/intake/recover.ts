import { existsSync } from 'node:fs';
import { RekamError } from '../../app/errors.ts';
import type { StationCard } from '../../app/sync/mirror.ts';
import {
  damageSettled,
  isEmptied,
  noteDamage,
  readDamage,
  setAside,
  type DamageNote,
} from '../store/set-aside.ts';
import { databaseFile, startStoreWorker, type StoreWorker, type StoreWorkerOptions } from './start-worker.ts';

export interface Damage {
  readonly note: DamageNote;
  /** Where the old database lies; null when there was none. */
  readonly old: string | null;
}

export interface StartedStore {
  readonly worker: StoreWorker;
  readonly uncleanStop: { readonly lastAliveAt: number; readonly drafts: number } | null;
  /** The first entry near the end of the audit log that does not follow from the one before it. */
  readonly auditBrokenAt: number | null;
  /** The database is a new one, and the old one was set aside: `recover` comes next. */
  readonly damage: Damage | null;
}

/** Audit entries checked at start: enough to notice a tampered end without waiting for years of entries. */
const AUDIT_TAIL = 500;

/**
 * Opens the station's database, or sets a damaged one aside and opens a new one.
 * @param options.card what the station knows of itself beside the database: says that there must be one; read only then
 * @throws RekamError `store.key`, `store.newer`, `disk.full`; `store.damaged` when even a new one does not stand
 */
export async function startStore(
  options: StoreWorkerOptions & {
    readonly card: () => StationCard | null;
    readonly now: number;
  },
): Promise<StartedStore> {
  const file = databaseFile(options.dataDir);
  const known = readDamage(file) ?? missing(file, options);
  if (known === null) {
    try {
      return { ...(await open(options)), damage: null };
    } catch (error) {
      if (!(error instanceof RekamError) || error.code !== 'store.damaged') throw error;
    }
  }
  const note = known ?? noteDamage(file, 'damaged', options.now);
  const old = setAside(file, note);
  return { ...(await open(options)), damage: { note, old } };
}

function missing(
  file: string,
  { card, now }: { readonly card: () => StationCard | null; readonly now: number },
): DamageNote | null {
  if (isEmptied(file)) return noteDamage(file, 'damaged', now);
  return !existsSync(file) && card() !== null ? noteDamage(file, 'gone', now) : null;
}

/** What every start reads: damage there shows itself now and not at the desk. */
async function open(options: Parameters<typeof startStore>[0]): Promise<Omit<StartedStore, 'damage'>> {
  const worker = await startStoreWorker(options);
  try {
    const { store } = worker;
    const { uncleanStop } = await store.station.begin(options.now);
    await store.station.record();
    await store.station.setting('clockOffset');
    await store.outbox.summary(options.now);
    await store.mirror.last();
    return { worker, uncleanStop, auditBrokenAt: await store.audit.verify(AUDIT_TAIL) };
  } catch (error) {
    await worker.close().catch(() => undefined);
    throw error;
  }
}

/**
 * Brings back at once what is at hand: who the station is, what the old file still gives. The second copy follows while
 * the desk already works, receipts and reference data with the next sync. Cut at any point, the next start goes on.
 */
export async function recover(
  store: StoreWorker['store'],
  { note, old }: Damage,
  { card, now }: { readonly card: StationCard | null; readonly now: number },
): Promise<void> {
  const folder = old === null ? null : note.folder;
  const before = await store.recovery.report();
  const isBegun = before !== null && before.setAside === folder && Date.parse(before.at) === note.at;
  if (!isBegun) {
    await store.recovery.begin({
      record: card,
      mirror: card?.mirror ?? null,
      last: card?.last ?? null,
      setAside: folder,
      why: note.why,
      now: note.at,
    });
  }
  if (old === null) return;
  const { packets, drafts } = await store.copies.salvage(old, now);
  await store.recovery.note({ fromFile: packets, drafts: isBegun ? 0 : drafts });
}

/** The station stands again. */
export function recovered(dataDir: string): void {
  damageSettled(databaseFile(dataDir));
}

/**
 * The database opened, but lacks numbers that were given: its newest commits were lost with its log. Numbers go on
 * above them, and the second copy brings the packets back.
 */
export async function noticeBehind(
  store: StoreWorker['store'],
  card: StationCard | null,
  now: number,
): Promise<void> {
  const last = card?.last ?? null;
  if (last === null || (await store.outbox.lastSequence()) >= last.sequence) return;
  await store.recovery.begin({ record: null, mirror: null, last, setAside: null, why: 'behind', now });
}
