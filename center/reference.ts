import { sql } from 'kysely';
import { unreachable } from '../app/result.ts';
import type { Biodata } from '../app/enrollment/biodata.ts';
import type { AccountId, PacketId, StationId } from '../app/ids.ts';
import type { Fact, Policy, ReferenceLine } from '../app/sync/protocol.ts';
import type { Db } from './database.ts';

/** Lines between two cursor lines. */
export const REFERENCE_PAGE = 1000;

/** One row of the delta: which table, its place in the order of changes, and its columns as JSON. */
type Change = { readonly change: number } & (
  | { readonly kind: 'resident'; readonly row: ResidentRow }
  | { readonly kind: 'summons'; readonly row: SummonsRow }
  | {
      readonly kind: 'account';
      readonly row: Omit<Extract<ReferenceLine, { type: 'account' }>, 'type' | 'id'> & { id: AccountId };
    }
  | { readonly kind: 'target'; readonly row: { desa: string; must_have: number; deadline: string } }
  | { readonly kind: 'policy'; readonly row: { policy: Policy } }
  | { readonly kind: 'journal'; readonly row: JournalRow }
);

interface ResidentRow {
  readonly biodata: Biodata;
  readonly recorded_ms: number | null;
  readonly recorded_station: StationId | null;
  readonly recorded_packet: PacketId | null;
}
interface SummonsRow {
  readonly nik: Biodata['nik'];
  readonly desa: string;
  readonly date: string;
  readonly session: 'pagi' | 'siang';
  readonly removed: boolean;
}
interface JournalRow {
  readonly station_id: StationId;
  readonly sequence: number;
  readonly at_ms: number;
  readonly clock_offset_ms: number | null;
  readonly fact: Fact;
}

/**
 * What changed in a kecamatan after a cursor, in the order of changes, with a cursor line after each thousand and at
 * the end. A row that changes while this runs comes again later under its new place, so a reader that goes on from
 * any cursor ends up complete.
 */
export async function* referenceLines(
  db: Db,
  station: { readonly kecamatan: string; readonly stationId: StationId },
  after: number,
): AsyncGenerator<ReferenceLine> {
  let cursor = after;
  for (let more = true; more; ) {
    const changes = await page(db, station, cursor);
    for (const change of changes) yield lineOf(change);
    cursor = changes.at(-1)?.change ?? cursor;
    more = changes.length === REFERENCE_PAGE;
    yield { type: 'cursor', cursor: String(cursor), more };
  }
}

async function page(
  db: Db,
  { kecamatan, stationId }: { readonly kecamatan: string; readonly stationId: StationId },
  after: number,
): Promise<Change[]> {
  const since = sql`kecamatan = ${kecamatan} and change > ${after} order by change limit ${REFERENCE_PAGE}`;
  const { rows } = await sql<Change>`
    select kind, change, row from (
      (select 'resident' as kind, change, jsonb_build_object('biodata', biodata,
          'recorded_ms', floor(extract(epoch from recorded_at) * 1000),
          'recorded_station', recorded_station, 'recorded_packet', recorded_packet) as row
        from resident where ${since})
      union all
      (select 'summons', change, jsonb_build_object('nik', nik, 'desa', desa, 'date', date, 'session', session, 'removed', removed)
        from summons where ${since})
      union all
      (select 'account', change, jsonb_build_object('id', id, 'username', username, 'name', name, 'role', role,
          'hash', hash, 'mustChange', must_change, 'active', active)
        from account where ${since})
      union all
      (select 'target', change, jsonb_build_object('desa', desa, 'must_have', must_have, 'deadline', deadline)
        from target where ${since})
      union all
      (select 'policy', policy_change, jsonb_build_object('policy', policy)
        from kecamatan where kode = ${kecamatan} and policy_change > ${after})
      union all
      (select 'journal', change, jsonb_build_object('station_id', station_id, 'sequence', sequence,
          'at_ms', floor(extract(epoch from at) * 1000), 'clock_offset_ms', clock_offset_ms, 'fact', fact)
        from journal where station_id <> ${stationId} and ${since})
    ) changes
    order by change limit ${REFERENCE_PAGE}`.execute(db);
  return rows;
}

function lineOf(change: Change): ReferenceLine {
  switch (change.kind) {
    case 'resident': {
      const { biodata, recorded_ms: ms, recorded_station: stationId, recorded_packet: packetId } = change.row;
      const recorded = ms === null ? null : { at: new Date(ms).toISOString(), stationId, packetId };
      return { type: 'resident', biodata, recorded };
    }
    case 'summons': {
      const { removed, ...summons } = change.row;
      return { type: 'summons', change: removed ? 'removed' : 'added', summons };
    }
    case 'account':
      return { type: 'account', ...change.row };
    case 'target':
      return {
        type: 'target',
        desa: change.row.desa,
        mustHave: change.row.must_have,
        deadline: change.row.deadline,
      };
    case 'policy':
      return { type: 'policy', policy: change.row.policy };
    case 'journal': {
      const { station_id: stationId, sequence, at_ms: ms, clock_offset_ms: clockOffsetMs, fact } = change.row;
      return {
        type: 'journal',
        entry: { v: 1, stationId, sequence, at: new Date(ms).toISOString(), clockOffsetMs, fact },
      };
    }
    default:
      return unreachable(change);
  }
}
