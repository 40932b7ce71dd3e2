import type { KeyObject } from 'node:crypto';
import { sql } from 'kysely';
import type { Nik } from '../app/enrollment/nik.ts';
import type { StationId } from '../app/ids.ts';
import { JWS_TYPES, journalEntrySchema, type Fact, type JournalEntry } from '../app/sync/protocol.ts';
import type { Context } from './context.ts';
import { nextChange, type Tx } from './database.ts';
import { verifyJws } from './jws.ts';
import { ProblemError } from './problems.ts';
import { markRecorded, type Recorded } from './register.ts';
import type { Caller } from './signature.ts';

/**
 * Takes entries of a station's journal, each verified with its key. What is held already is passed over, so the same
 * call may come any number of times and in parts.
 * @returns the highest sequence up to which there is no gap
 */
export async function acceptJournal(
  { db, stations }: Pick<Context, 'db' | 'stations'>,
  caller: Caller,
  entries: readonly string[],
): Promise<number> {
  const station = await stations.find(caller.stationId);
  if (station === undefined) throw new ProblemError('station-unknown');
  const read = await Promise.all(entries.map((jws) => readEntry(jws, station.key, caller.stationId)));
  return db.transaction().execute(async (tx) => {
    const fresh = await insertEntries(tx, caller, read);
    await markRecorded(
      tx,
      fresh.flatMap((entry) => recordedIn(caller, entry)),
    );
    for (const entry of fresh) await applyFact(tx, caller, entry);
    return acknowledged(tx, caller.stationId);
  });
}

interface Signed {
  readonly jws: string;
  readonly entry: JournalEntry;
}

async function readEntry(jws: string, key: KeyObject, stationId: StationId): Promise<Signed> {
  const parsed = journalEntrySchema.safeParse(await verifyJws(JWS_TYPES.fact, jws, key));
  if (!parsed.success || parsed.data.stationId !== stationId) {
    throw new ProblemError(
      'request-invalid',
      'an entry is not signed by this station, or is no journal entry',
    );
  }
  return { jws, entry: parsed.data };
}

/** @returns what was not held before, in sequence */
async function insertEntries(tx: Tx, caller: Caller, read: readonly Signed[]): Promise<JournalEntry[]> {
  if (read.length === 0) return [];
  const held = await tx
    .selectFrom('journal')
    .select('sequence')
    .where('station_id', '=', caller.stationId)
    .where('sequence', 'in', [...new Set(read.map(({ entry }) => entry.sequence))])
    .execute();
  const passed = new Set(held.map(({ sequence }) => sequence));
  const fresh = read
    .toSorted((a, b) => a.entry.sequence - b.entry.sequence)
    .filter(({ entry: { sequence } }) => !passed.has(sequence) && passed.add(sequence));
  if (fresh.length === 0) return [];
  // Taking the changes first locks the kecamatan, so two calls with the same entries come one after the other.
  const last = await nextChange(tx, caller.kecamatan, fresh.length);
  const inserted = await tx
    .insertInto('journal')
    .values(
      fresh.map(({ jws, entry }, index) => ({
        station_id: caller.stationId,
        sequence: entry.sequence,
        kecamatan: caller.kecamatan,
        change: last - fresh.length + 1 + index,
        jws,
        at: new Date(entry.at),
        clock_offset_ms: entry.clockOffsetMs,
        fact: JSON.stringify(entry.fact),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('sequence')
    .execute();
  const isNew = new Set(inserted.map(({ sequence }) => sequence));
  return fresh.map(({ entry }) => entry).filter(({ sequence }) => isNew.has(sequence));
}

function recordedIn({ stationId }: Caller, { fact, at, clockOffsetMs }: JournalEntry): Recorded[] {
  if (fact.type !== 'recorded') return [];
  const when = new Date(Date.parse(at) + (clockOffsetMs ?? 0));
  return [{ nik: fact.nik, packetId: fact.packetId, stationId, at: when }];
}

/** Facts that change what the center itself tells others. The rest reach the other station as they are. */
async function applyFact(tx: Tx, caller: Caller, { fact }: JournalEntry): Promise<void> {
  switch (fact.type) {
    case 'summons': {
      const { nik, desa, date, session } = fact.summons;
      await putSummons(tx, caller, { nik, desa, date, session, removed: fact.change === 'removed' });
      return;
    }
    case 'summons-list':
      await putSummonsList(tx, caller, fact);
      return;
    case 'carry-over':
      await carryOver(tx, caller, fact);
      return;
    case 'account-reset': {
      const change = await nextChange(tx, caller.kecamatan);
      await tx
        .updateTable('account')
        .set({ hash: fact.hash, must_change: fact.mustChange, change })
        .where('id', '=', fact.accountId)
        .where('kecamatan', '=', caller.kecamatan)
        .execute();
      return;
    }
    // All of a call were noted at once.
    case 'recorded':
    case 'ticket':
    case 'day-close':
    case 'outage':
    case 'state':
    case 'unreadable':
      return;
    default:
      fact satisfies never;
  }
}

async function carryOver(
  tx: Tx,
  caller: Caller,
  fact: { nik: Nik; from: string; to: string; session: 'pagi' | 'siang' },
): Promise<void> {
  const resident = await tx
    .selectFrom('resident')
    .select(sql<string>`biodata ->> 'desa'`.as('desa'))
    .where('nik', '=', fact.nik)
    .where('kecamatan', '=', caller.kecamatan)
    .executeTakeFirst();
  if (resident === undefined) return;
  const place = { nik: fact.nik, desa: resident.desa, session: fact.session };
  // One place: two stations may carry the same resident to different days, and the last word counts.
  const open = await tx
    .selectFrom('summons')
    .select('date')
    .where('nik', '=', fact.nik)
    .where('kecamatan', '=', caller.kecamatan)
    .where('date', '>=', fact.from)
    .where('date', '<>', fact.to)
    .where('removed', '=', false)
    .execute();
  for (const { date } of open) await putSummons(tx, caller, { ...place, date, removed: true });
  await putSummons(tx, caller, { ...place, date: fact.to, removed: false });
}

/** Of residents of the caller's kecamatan alone. One place each: whatever else was open from that day on goes. */
async function putSummonsList(
  tx: Tx,
  { kecamatan }: Caller,
  { from, date, session, desa, niks }: Extract<Fact, { type: 'summons-list' }>,
): Promise<void> {
  const here = await tx
    .selectFrom('resident')
    .select('nik')
    .where('kecamatan', '=', kecamatan)
    .where('nik', 'in', niks)
    .execute();
  if (here.length === 0) return;
  const gone = await tx
    .selectFrom('summons')
    .select(['nik', 'date', 'session', 'desa'])
    .where('kecamatan', '=', kecamatan)
    .where(
      'nik',
      'in',
      here.map(({ nik }) => nik),
    )
    .where('date', '>=', from)
    .where('date', '<>', date)
    .where('removed', '=', false)
    .execute();
  const rows = [
    ...gone.map((place) => ({ ...place, removed: true })),
    ...here.map(({ nik }) => ({ nik, date, session, desa, removed: false })),
  ];
  const last = await nextChange(tx, kecamatan, rows.length);
  await tx
    .insertInto('summons')
    .values(rows.map((row, at) => ({ ...row, kecamatan, change: last - rows.length + 1 + at })))
    .onConflict((conflict) =>
      conflict.columns(['nik', 'date']).doUpdateSet((row) => ({
        desa: row.ref('excluded.desa'),
        session: row.ref('excluded.session'),
        removed: row.ref('excluded.removed'),
        change: row.ref('excluded.change'),
      })),
    )
    .execute();
}

async function putSummons(
  tx: Tx,
  caller: Caller,
  summons: { nik: Nik; desa: string; date: string; session: 'pagi' | 'siang'; removed: boolean },
): Promise<void> {
  const change = await nextChange(tx, caller.kecamatan);
  await tx
    .insertInto('summons')
    .values({ ...summons, kecamatan: caller.kecamatan, change })
    .onConflict((conflict) =>
      conflict.columns(['nik', 'date']).doUpdateSet({
        desa: summons.desa,
        session: summons.session,
        removed: summons.removed,
        change,
      }),
    )
    .execute();
}

/** The last number of the unbroken run from 1, found from where it ended before. */
async function acknowledged(tx: Tx, stationId: StationId): Promise<number> {
  const { rows } = await sql<{ before: number; last: number | null }>`
    select journal_whole as before, (
      select sequence from journal j
      where station_id = station.id and sequence > journal_whole
        and exists (select from journal where station_id = station.id and sequence = journal_whole + 1)
        and not exists (select from journal n where n.station_id = j.station_id and n.sequence = j.sequence + 1)
      order by sequence limit 1
    ) as last from station where id = ${stationId}`.execute(tx);
  const { before = 0, last = null } = rows[0] ?? {};
  if (last === null || last === before) return before;
  await tx.updateTable('station').set({ journal_whole: last }).where('id', '=', stationId).execute();
  return last;
}
