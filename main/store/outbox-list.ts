import type { OutboxRow } from '../../app/ipc/contract.ts';
import type { PacketState } from '../../app/enrollment/lifecycle.ts';
import { outcomeSchema } from '../../app/sync/protocol.ts';
import type { OutboxStore } from './api.ts';
import type { Reader } from './database.ts';
import { iso, isoOrNull, parseJson } from './rows.ts';

type Filter = Parameters<OutboxStore['list']>[0];

const STATES: Readonly<Record<Exclude<Filter, 'all'>, readonly PacketState[]>> = {
  pending: ['recorded', 'sending'],
  held: ['held'],
  received: ['received', 'accepted', 'duplicate', 'superseded'],
  rejected: ['rejected'],
};

interface ListRow {
  packet_id: OutboxRow['packetId'];
  sequence: number;
  nik: string;
  nama: string;
  recorded_at: number;
  state: PacketState;
  hold_reason: OutboxRow['holdReason'];
  attempts: number;
  next_attempt_at: number;
  sent: number;
  size: number;
  last_problem: string | null;
  received_at: number | null;
  outcome: string | null;
}

/** Newest first: what was just recorded stands where the operator looks for it. */
export function listOutbox(
  db: Reader,
  filter: Filter,
  offset: number,
  limit: number,
): ReturnType<OutboxStore['list']> {
  const states = JSON.stringify(filter === 'all' ? Object.values(STATES).flat() : STATES[filter]);
  const rows = db.all<ListRow>(
    `SELECT p.packet_id, p.sequence, e.nik, e.nama, p.recorded_at, p.state, p.hold_reason, o.attempts,
       o.next_attempt_at, o.sent, p.size, o.last_problem, p.received_at, v.outcome
     FROM packet p JOIN outbox o USING (packet_id) JOIN enrollment e USING (packet_id)
     LEFT JOIN outcome v USING (packet_id)
     WHERE p.state IN (SELECT value FROM json_each(?)) ORDER BY p.sequence DESC LIMIT ? OFFSET ?`,
    states,
    limit,
    offset,
  );
  const total = db.get<{ n: number }>(
    'SELECT count(*) AS n FROM packet WHERE state IN (SELECT value FROM json_each(?))',
    states,
  );
  return { total: total?.n ?? 0, rows: rows.map(toRow) };
}

function toRow(row: ListRow): OutboxRow {
  return {
    packetId: row.packet_id,
    sequence: row.sequence,
    nik: row.nik,
    nama: row.nama,
    recordedAt: iso(row.recorded_at),
    state: row.state,
    holdReason: row.hold_reason,
    attempts: row.attempts,
    nextAttemptAt: row.next_attempt_at === 0 ? null : isoOrNull(row.next_attempt_at),
    offset: row.sent,
    size: row.size,
    lastProblem: row.last_problem,
    receivedAt: isoOrNull(row.received_at),
    outcome: row.outcome === null ? null : parseJson(outcomeSchema, row.outcome),
  };
}
