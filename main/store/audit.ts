import type { AccountId, Sha256 } from '../../app/ids.ts';
import { wholeText } from '../../app/text.ts';
import type { AuditStore } from './api.ts';
import type { Database, Reader, Writer } from './database.ts';
import { sha256 } from './rows.ts';

export interface AuditEntry {
  readonly at: number;
  readonly by: AccountId | null;
  readonly what: string;
  readonly subject: string | null;
  readonly detail?: string;
}

interface AuditRow {
  sequence: number;
  at: number;
  by_account: string | null;
  what: string;
  subject: string | null;
  detail: string | null;
  hash: string;
}

/** Head of a chain without entries. */
const GENESIS = '0'.repeat(64) as Sha256;

/**
 * Appends inside the transaction of the act itself, so that neither is ever there without the other. Text goes into the
 * hash as SQLite gives it back, or the chain would not hold.
 */
export function audit(tx: Writer, entry: AuditEntry): void {
  const last = lastEntry(tx);
  const row = {
    sequence: (last?.sequence ?? 0) + 1,
    at: entry.at,
    by_account: entry.by,
    what: entry.what,
    subject: entry.subject === null ? null : wholeText(entry.subject),
    detail: entry.detail === undefined ? null : wholeText(entry.detail),
  };
  tx.run(
    'INSERT INTO audit(sequence, at, by_account, what, subject, detail, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
    row.sequence,
    row.at,
    row.by_account,
    row.what,
    row.subject,
    row.detail,
    link(last?.hash ?? GENESIS, row),
  );
}

export function auditHead(db: Reader): Sha256 {
  return (lastEntry(db)?.hash ?? GENESIS) as Sha256;
}

export function createAuditStore(db: Database): AuditStore {
  return {
    append: (entry) => db.write((tx) => audit(tx, entry)),
    head: () => auditHead(db),
    verify: (count) => firstBroken(db, count),
  };
}

/** @returns the first sequence that does not follow from the one before it; null when the chain holds */
export function firstBroken(db: Reader, count: number | undefined): number | null {
  const last = lastEntry(db);
  if (last === undefined) return null;
  const from = count === undefined ? 1 : Math.max(1, last.sequence - count + 1);
  const before = db.get<AuditRow>('SELECT * FROM audit WHERE sequence = ?', from - 1);
  if (from > 1 && before === undefined) return from;
  let head = before?.hash ?? GENESIS;
  let expected = from;
  // In bites: a station's whole chain may be large, and this runs where the desk's own calls wait.
  for (;;) {
    const rows = db.all<AuditRow>(
      'SELECT * FROM audit WHERE sequence >= ? ORDER BY sequence LIMIT 1000',
      expected,
    );
    for (const row of rows) {
      if (row.sequence !== expected || link(head, row) !== row.hash) return expected;
      head = row.hash;
      expected += 1;
    }
    if (rows.length < 1000) return null;
  }
}

function lastEntry(db: Reader): AuditRow | undefined {
  return db.get<AuditRow>('SELECT * FROM audit ORDER BY sequence DESC LIMIT 1');
}

/** SHA-256 over the head before and every field, as one JSON array: no two entries give the same text. */
function link(previous: string, row: Omit<AuditRow, 'hash'>): Sha256 {
  return sha256(
    JSON.stringify([previous, row.sequence, row.at, row.by_account, row.what, row.subject, row.detail]),
  );
}
