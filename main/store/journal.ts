import { z } from 'zod';
import { stationIdSchema } from '../../app/ids.ts';
import { factSchema, type Fact, type JournalEntry } from '../../app/sync/protocol.ts';
import type { JournalStore } from './api.ts';
import { audit } from './audit.ts';
import type { Database, Reader, Writer } from './database.ts';
import { applyFact } from './facts.ts';
import { readFact } from './read-fact.ts';
import { iso, parseJson } from './rows.ts';
import { clockOffset, readSetting, writeSetting } from './settings.ts';
import { readStation } from './station.ts';

/** Appends inside the transaction of the change that the fact tells of. Its sequence has no gaps. */
export function appendFact(tx: Writer, fact: Fact, now: number): void {
  tx.run(
    `INSERT INTO journal(sequence, at, clock_offset_ms, type, fact)
     VALUES (max((SELECT coalesce(max(sequence), 0) FROM journal), ?) + 1, ?, ?, ?, ?)`,
    acknowledged(tx),
    now,
    clockOffset(tx),
    fact.type,
    JSON.stringify(fact),
  );
}

export function acknowledged(db: Reader): number {
  return Number(readSetting(db, 'journalAcknowledged') ?? 0);
}

/** Entries that the center has not acknowledged take the numbers behind those that it holds. */
function resume(tx: Writer, held: number): void {
  const first = acknowledged(tx) + 1;
  // By way of negative numbers, so that none meets another on its way.
  tx.run('UPDATE journal SET sequence = -sequence WHERE sequence >= ?', first);
  tx.run('UPDATE journal SET sequence = ? - sequence WHERE sequence < 0', held - first + 1);
  writeSetting(tx, 'journalAcknowledged', String(held));
  tx.run("DELETE FROM setting WHERE key = 'journalUnsure'");
}

export function createJournalStore(db: Database): JournalStore {
  return {
    append: (fact, now) =>
      db.write((tx) => {
        const checked = factSchema.parse(fact);
        applyFact(tx, checked);
        appendFact(tx, checked, now);
      }),
    pending: (limit) => pending(db, limit),
    park: (sequences, now) => db.write((tx) => park(tx, sequences, now)),
    parked: () => parked(db).length,
    rewind: (sequence) =>
      db.write((tx) => {
        const before = acknowledged(tx);
        if (sequence >= before) return false;
        writeSetting(tx, 'journalAcknowledged', String(Math.max(0, sequence)));
        return true;
      }),
    isUnsure: () => readSetting(db, 'journalUnsure') !== null,
    resume: (held) => db.write((tx) => resume(tx, held)),
    acknowledge: (sequence) =>
      db.write((tx) => {
        const last = tx.get<{ n: number | null }>('SELECT max(sequence) AS n FROM journal')?.n ?? 0;
        // An answer that came late, or speaks of more than there is, must not hide a fact that the center lacks.
        const next = Math.min(last, Math.max(sequence, acknowledged(tx)));
        writeSetting(tx, 'journalAcknowledged', String(next));
      }),
  };
}

function pending(db: Reader, limit: number): JournalEntry[] {
  const station = readStation(db);
  if (station === null) return [];
  const stationId = stationIdSchema.parse(station.activation.stationId);
  const rows = db.all<{ sequence: number; at: number; clock_offset_ms: number | null; fact: string }>(
    'SELECT sequence, at, clock_offset_ms, fact FROM journal WHERE sequence > ? ORDER BY sequence LIMIT ?',
    acknowledged(db),
    limit,
  );
  return rows.map((row) => ({
    v: 1,
    stationId,
    sequence: row.sequence,
    at: iso(row.at),
    clockOffsetMs: row.clock_offset_ms,
    fact: readFact(row.fact),
  }));
}

/** They stay where they are, for whoever can still read them. */
function park(tx: Writer, sequences: readonly number[], now: number): void {
  const known = parked(tx);
  const fresh = sequences.filter((sequence) => !known.includes(sequence));
  if (fresh.length === 0) return;
  writeSetting(tx, 'journalParked', JSON.stringify([...known, ...fresh]));
  for (const sequence of fresh)
    audit(tx, { at: now, by: null, what: 'journal.unreadable', subject: String(sequence) });
}

function parked(db: Reader): number[] {
  return parseJson(z.array(z.int()), readSetting(db, 'journalParked') ?? '[]');
}
