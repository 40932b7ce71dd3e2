import BetterSqlite3 from 'better-sqlite3';
import { POLICY_SETTINGS } from '../../app/desk/settings.ts';
import {
  unlock,
  type OpenOptions,
  type Reader,
  type SqlValue,
  type SqlValues,
  type Writer,
} from './database.ts';

/** A database that was set aside, read as far as it goes and never written. */
export interface DamagedDatabase {
  /** One row; null when there is none or its page cannot be read. */
  get<Row>(sql: string, ...values: SqlValues): Row | null;
  /**
   * What a query gives until it meets damage. `whole` says that it met none.
   * @param sql ends in an ORDER BY of one column, so that the other end is reached by adding DESC
   */
  all<Row>(sql: string): { readonly rows: Row[]; readonly whole: boolean };
  /** What quick_check says first: `ok`, or what is wrong. */
  check(): string;
  close(): void;
}

/** @throws whatever SQLite says of a file whose first page is gone */
export function openDamaged(options: OpenOptions): DamagedDatabase {
  const db = new BetterSqlite3(options.file, {
    readonly: true,
    ...(options.nativeBinding === null ? {} : { nativeBinding: options.nativeBinding }),
  });
  try {
    unlock(db, options.key);
    db.pragma('temp_store = MEMORY');
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    db.close();
    throw error;
  }
  const until = <Row>(sql: string): { rows: Row[]; whole: boolean } => {
    const rows: Row[] = [];
    try {
      for (const row of db.prepare<unknown[], Row>(sql).iterate()) rows.push(row);
      return { rows, whole: true };
    } catch {
      return { rows, whole: false };
    }
  };
  return {
    get: <Row>(sql: string, ...values: SqlValues) => {
      try {
        return (db.prepare<unknown[]>(sql).get(...values) as Row | undefined) ?? null;
      } catch {
        return null;
      }
    },
    all: <Row>(sql: string) => {
      const forth = until<Row>(sql);
      if (forth.whole) return forth;
      return { rows: [...forth.rows, ...until<Row>(`${sql} DESC`).rows], whole: false };
    },
    check: () => String(db.pragma('quick_check(1)', { simple: true })),
    close: () => db.close(),
  };
}

/** Tables that mean the same in any database of this station, and the column that orders them. */
const COPIED = {
  station: 'id',
  account: 'rowid',
  desa: 'kode',
  resident: 'rowid',
  summons: 'nik',
  target: 'desa',
  ticket: 'date',
  peer_ticket: 'date',
  peer_state: 'station_id',
  outage: 'rowid',
  power_outage: 'rowid',
  draft: 'rowid',
  draft_part: 'rowid',
  takeover: 'rowid',
  day_close: 'rowid',
} as const;
const REFERENCE = ['account', 'resident', 'summons', 'target'] as const;
const SETTINGS = [
  'language',
  'theme',
  'clockOffset',
  'latestTime',
  'policy',
  'syncLimits',
  'mirror',
  'recoveryKit',
  'calendar',
  'sessionCapacity',
  'autostart',
  'review',
  ...POLICY_SETTINGS,
] as const;

/**
 * What the desk had beside its packets. A page that can be read is true: the cipher signs each one. A draft that cannot
 * be read stays in the old file.
 */
export function copyTables(
  from: DamagedDatabase,
  tx: Writer,
): { readonly drafts: number; readonly reference: boolean } {
  const whole = new Map<string, boolean>();
  for (const [table, order] of Object.entries(COPIED)) whole.set(table, copyTable(from, tx, table, order));
  // A draft that lost a part cannot be gone on with: kept for support, out of the desk's way.
  tx.run(
    `UPDATE draft SET set_aside = 1 WHERE json_array_length(body, '$.parts') >
       (SELECT count(*) FROM draft_part p WHERE p.packet_id = draft.packet_id)`,
  );
  const reference = REFERENCE.every((table) => whole.get(table) === true);
  for (const key of [...SETTINGS, ...(reference ? ['referenceCursor'] : [])]) {
    const value = from.get<{ value: string }>('SELECT value FROM setting WHERE key = ?', key)?.value;
    if (value !== undefined) tx.run('INSERT OR REPLACE INTO setting(key, value) VALUES (?, ?)', key, value);
  }
  return {
    drafts: tx.get<{ n: number }>('SELECT count(*) AS n FROM draft WHERE set_aside = 0')?.n ?? 0,
    reference,
  };
}

function copyTable(from: DamagedDatabase, tx: Writer, table: string, order: string): boolean {
  const columns = columnsOf(tx, table);
  const names = columns.join(', ');
  const { rows, whole } = from.all<Readonly<Record<string, SqlValue>>>(
    `SELECT ${names} FROM ${table} ORDER BY ${order}`,
  );
  const marks = columns.map((name) => `@${name}`).join(', ');
  // Parts whose draft was on the lost page belong to nobody here.
  const given =
    table === 'draft_part' ? 'EXISTS (SELECT 1 FROM draft d WHERE d.packet_id = @packet_id)' : '1';
  for (const row of rows)
    tx.run(`INSERT OR IGNORE INTO ${table}(${names}) SELECT ${marks} WHERE ${given}`, row);
  return whole;
}

function columnsOf(db: Reader, table: string): string[] {
  return db
    .all<{ name: string }>('SELECT name FROM pragma_table_info(?)', table)
    .map((column) => column.name);
}
