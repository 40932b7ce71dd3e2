import type { AuditAct } from '../../app/desk/audit.ts';
import type { AccountId, Sha256 } from '../../app/ids.ts';
import type { AuditRow as AuditListRow } from '../../app/ipc/people.ts';
import { wholeText } from '../../app/text.ts';
import type { AuditStore } from './api.ts';
import type { Database, Reader, Writer } from './database.ts';
import { NUMBER } from './packets.ts';
import { iso, sha256 } from './rows.ts';

export interface AuditEntry {
  readonly at: number;
  readonly by: AccountId | null;
  readonly what: AuditAct;
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
export const GENESIS = '0'.repeat(64) as Sha256;

/** The same page opened by the same person within so long is one look. */
const OPENED_AGAIN_MS = 10 * 60_000;

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

/** Whether this was done to this subject, as far as this chain reaches back. */
export function isAudited(db: Reader, subject: string, what: string): boolean {
  return db.get('SELECT 1 FROM audit WHERE subject = ? AND what = ?', subject, what) !== undefined;
}

export function auditHead(db: Reader): Sha256 {
  return (lastEntry(db)?.hash ?? GENESIS) as Sha256;
}

export function createAuditStore(db: Database): AuditStore {
  return {
    append: (entry) => db.write((tx) => audit(tx, entry)),
    // A power cut may take it back, and nothing else: whoever opens a page must not wait for the disk.
    opened: (entry) =>
      db.writeUnsynced((tx) => {
        const again = tx.get(
          'SELECT 1 FROM audit WHERE subject = ? AND what = ? AND by_account = ? AND at BETWEEN ? AND ?',
          entry.subject,
          entry.what,
          entry.by,
          entry.at - OPENED_AGAIN_MS,
          entry.at,
        );
        if (again === undefined) audit(tx, entry);
      }),
    list: (filter) => list(db, filter),
    page: (after, limit) =>
      db
        .all<AuditRow>('SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?', after, limit)
        .map(({ by_account: by, hash, ...row }) => ({ ...row, by, hash: hash as Sha256 })),
    head: () => auditHead(db),
    verify: (count) => firstBroken(db, count),
  };
}

const BY_FILTER = {
  by: '(a.by_account = @by OR a.subject = @by)',
  acts: 'a.what IN (SELECT value FROM json_each(@acts))',
  from: 'a.at >= @from',
  until: 'a.at < @until',
} as const;

/** The entries of a list, from an index alone. @param chosen what is asked of them; null asks nothing */
export function listedEntries(chosen: Readonly<Record<keyof typeof BY_FILTER, unknown>>): string {
  const asked = (['by', 'acts', 'from', 'until'] as const).filter((name) => chosen[name] !== null);
  if (asked.length === 0) return 'FROM audit a';
  // Days alone are found by their own index; with people or acts the rows behind it would have to be read.
  const from =
    chosen.by === null && chosen.acts === null ? 'FROM audit a' : 'FROM audit a INDEXED BY audit_list';
  return `${from} WHERE ${asked.map((name) => BY_FILTER[name]).join(' AND ')}`;
}

/** Newest first, with the names and numbers that people know instead of ids. */
function list(db: Reader, filter: Parameters<AuditStore['list']>[0]): ReturnType<AuditStore['list']> {
  const { by, from, until, offset, limit } = filter;
  const acts = filter.acts === null ? null : JSON.stringify(filter.acts);
  const chosen = { by, acts, from, until };
  const entries = listedEntries(chosen);
  const rows = db.all<
    Omit<AuditRow, 'hash'> & {
      by_name: string | null;
      packet_number: number | null;
      subject_name: string | null;
    }
  >(
    `SELECT a.*, (SELECT name FROM account WHERE id = a.by_account) AS by_name,
       (SELECT ${NUMBER} FROM packet p WHERE p.packet_id = a.subject) AS packet_number,
       (SELECT name FROM account WHERE id = a.subject) AS subject_name
     FROM audit a WHERE a.sequence IN (SELECT a.sequence ${entries} ORDER BY a.sequence DESC LIMIT @limit OFFSET @offset)
     ORDER BY a.sequence DESC`,
    { ...chosen, limit, offset },
  );
  const total = db.get<{ n: number }>(`SELECT count(*) AS n ${entries}`, chosen)?.n ?? 0;
  return {
    total,
    rows: rows.map((row) => ({
      sequence: row.sequence,
      at: iso(row.at),
      // Whose account the center has since taken away is still told by its id.
      by: row.by_name ?? row.by_account,
      what: row.what,
      about: row.what === 'setting.changed' ? settingOf(row.subject) : aboutOf(row),
      detail: row.detail,
    })),
  };
}

function aboutOf(row: {
  subject: string | null;
  packet_number: number | null;
  subject_name: string | null;
}): AuditListRow['about'] {
  if (row.packet_number !== null) return { kind: 'packet', number: row.packet_number };
  if (row.subject_name !== null) return { kind: 'account', name: row.subject_name };
  return row.subject !== null && /^\d{16}$/.test(row.subject) ? { kind: 'nik', nik: row.subject } : null;
}

function settingOf(key: string | null): AuditListRow['about'] {
  return key === null ? null : { kind: 'setting', key };
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
