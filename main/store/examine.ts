import { statSync } from 'node:fs';
import { RekamError } from '../../app/errors.ts';
import type { MeasuredPackets } from '../../app/desk/room.ts';
import type { AuditVerdict } from '../../app/ipc/people.ts';
import { verifyAudit } from './audit-verify.ts';
import { openReader, type OpenOptions, type Reader } from './database.ts';
import { MIGRATIONS } from './migrate.ts';
import { measured } from './outbox-list.ts';
import { clockOffset } from './settings.ts';
import { atBorder } from './sqlite-errors.ts';
import { centerKeysOf, readStation } from './station.ts';

/** What a look at the whole database finds. Counts alone: nothing here is about a person. */
export interface Examination {
  /** False where SQLite found damage. What follows is then null: a damaged file answers nothing to rely on. */
  readonly sound: boolean;
  readonly seconds: number;
  readonly schema: number;
  readonly fileBytes: number;
  readonly audit: AuditVerdict | null;
  readonly station: StationCounts | null;
}

export interface StationCounts {
  readonly activated: boolean;
  readonly clockOffsetMs: number | null;
  readonly waiting: number;
  readonly openOutage: boolean;
  readonly measured: MeasuredPackets;
  readonly packets: Readonly<Record<string, number>>;
  readonly rows: Readonly<Record<string, number>>;
}

export interface ExamineOptions {
  /** Neither the pages nor the tables: the audit chain alone. */
  readonly auditOnly: boolean;
  /** The hash of the manifest that a receipt is for, when one of these keys signed it. */
  readonly speaksOf: (receipt: string, keys: readonly string[]) => string | null;
}

/** Tables whose size tells support something. */
const COUNTED = [
  'resident',
  'draft',
  'packet',
  'packet_blob',
  'receipt',
  'outcome',
  'journal',
  'outage',
  'finding',
];

/**
 * Reads the whole database once, in a connection of its own that cannot write. For minutes on a large one: so in a
 * thread where nobody waits.
 * @throws RekamError `store.key`, `store.newer`
 */
export function examine(options: OpenOptions, { auditOnly, speaksOf }: ExamineOptions): Examination {
  const began = performance.now();
  const known = { schema: 0, fileBytes: statSync(options.file).size };
  const broken = (): Examination => ({
    ...{ ...known, sound: false, seconds: seconds(began), audit: null, station: null },
  });
  try {
    return atBorder(() => {
      const db = openReader(options);
      try {
        const schema = db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
        if (schema > MIGRATIONS.length) throw new RekamError('store.newer');
        if (!auditOnly) {
          const [first] = db.all<{ quick_check: string }>('PRAGMA quick_check(1)');
          if (first?.quick_check !== 'ok') return { ...broken(), schema };
        }
        const current = schema === MIGRATIONS.length;
        const keys = current ? centerKeysOf(readStation(db)) : [];
        const audit = verifyAudit(db, (receipt) => speaksOf(receipt, keys));
        return {
          ...known,
          sound: true,
          schema,
          audit,
          station: current && !auditOnly ? counts(db) : null,
          seconds: seconds(began),
        };
      } finally {
        db.close();
      }
    });
  } catch (error) {
    if (error instanceof RekamError && error.code === 'store.damaged') return broken();
    throw error;
  }
}

function counts(db: Reader): StationCounts {
  const states = db.all<{ state: string; n: number }>(
    'SELECT state, count(*) AS n FROM packet GROUP BY state',
  );
  const packets = Object.fromEntries(states.map(({ state, n }) => [state, n]));
  const rows = COUNTED.map((table) => [
    table,
    db.get<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)?.n ?? 0,
  ]);
  return {
    activated: readStation(db) !== null,
    clockOffsetMs: clockOffset(db),
    waiting: (packets['recorded'] ?? 0) + (packets['sending'] ?? 0),
    openOutage: db.get('SELECT 1 FROM outage WHERE ended_at IS NULL') !== undefined,
    measured: measured(db),
    packets,
    rows: Object.fromEntries(rows) as Record<string, number>,
  };
}

function seconds(began: number): number {
  return Math.ceil((performance.now() - began) / 1000);
}
