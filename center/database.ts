import { Kysely, PostgresDialect, sql, type ColumnType, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import type { Biodata } from '../app/enrollment/biodata.ts';
import type { PacketId, Sha256, StationId } from '../app/ids.ts';
import type { Fact, Kecamatan, Outcome, Policy } from '../app/sync/protocol.ts';
import { migrations } from './migrations/index.ts';

/** jsonb goes in as text: pg would turn a JS array into a PostgreSQL array. */
type Json<T> = ColumnType<T, string, string>;

export interface Tables {
  kecamatan: {
    kode: string;
    data: Json<Kecamatan>;
    policy: Json<Policy>;
    policy_change: number;
    last_change: number;
  };
  station: {
    id: StationId;
    kecamatan: string;
    label: string;
    public_key: string;
    app_version: string;
    activated_at: Date;
    revoked_at: Date | null;
    taken_over_by: StationId | null;
    last_sequence: number | null;
    journal_whole: ColumnType<number, number | undefined, number>;
  };
  activation_code: {
    secret_sha256: Sha256;
    kecamatan: string;
    label: string;
    expires_at: Date;
    station_id: StationId | null;
    issued_for: StationId | null;
  };
  nonce: { station_id: StationId; nonce: string; expires_at: Date };
  upload: {
    packet_id: PacketId;
    kecamatan: string;
    station_id: StationId;
    delivered_by: StationId;
    manifest: string;
    manifest_sha256: Sha256;
    sha256: Sha256;
    size: number;
    created_at: Date;
  };
  packet: {
    packet_id: PacketId;
    kecamatan: string;
    station_id: StationId;
    delivered_by: StationId;
    sequence: number;
    manifest: string;
    manifest_sha256: Sha256;
    sha256: Sha256;
    size: number;
    recipient_key_id: string;
    received_at: Date;
    receipt: string;
    examined_at: Date | null;
    attempts: number;
    next_attempt_at: Date;
  };
  outcome: {
    packet_id: PacketId;
    kecamatan: string;
    change: number;
    verdict: Outcome['verdict'];
    remedy: Outcome['remedy'];
    reasons: Json<Outcome['reasons']>;
    decided_at: Date;
  };
  enrolled: { nik: string; packet_id: PacketId | null; at: Date };
  resident: {
    nik: string;
    kecamatan: string;
    change: number;
    biodata: Json<Biodata>;
    recorded_at: Date | null;
    recorded_station: StationId | null;
    recorded_packet: PacketId | null;
  };
  summons: {
    nik: string;
    date: string;
    kecamatan: string;
    change: number;
    desa: string;
    session: 'pagi' | 'siang';
    removed: boolean;
  };
  account: {
    id: string;
    kecamatan: string;
    change: number;
    username: string;
    name: string;
    role: 'operator' | 'supervisor';
    hash: string;
    must_change: ColumnType<boolean, boolean | undefined, boolean>;
    active: boolean;
  };
  target: { desa: string; kecamatan: string; change: number; must_have: number; deadline: string };
  journal: {
    station_id: StationId;
    sequence: number;
    kecamatan: string;
    change: number;
    jws: string;
    at: Date;
    clock_offset_ms: number | null;
    fact: Json<Fact>;
  };
}

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;

const DATE = 1082;
const INT8 = 20;

/** int8 as a number (sequences and sizes stay far below 2^53); a date as the text it is, not a local midnight. */
export const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === INT8) return Number;
    if (oid === DATE) return String;
    return pg.types.getTypeParser(oid, format) as (value: string) => unknown;
  },
};

/** Connects and brings the schema up to date; replicas that start together wait for each other. */
export async function openDatabase(url: string, onError: (error: Error) => void): Promise<Db> {
  const db = connect(url, 20, onError);
  const migrator = new Migrator({ db, provider: { getMigrations: () => Promise.resolve(migrations) } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) {
    await db.destroy();
    throw new Error("the center's database cannot be opened or migrated", { cause: error });
  }
  return db;
}

/** @param connections at most; they are made when they are needed */
export function connect(url: string, connections: number, onError: (error: Error) => void): Db {
  const pool = new pg.Pool({ connectionString: url, max: connections, types: TYPES });
  // A server that ends while its connections say goodbye is nothing to tell of.
  const complain = (error: Error): void => {
    if (!pool.ending) onError(error);
  };
  pool.on('error', complain);
  // The pool hears of its idle connections only; one that breaks in use would end the process.
  pool.on('connect', (client) => client.on('error', complain));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/**
 * The next number in the order of a kecamatan's changes. The row stays locked until the transaction ends, so numbers
 * become visible in their order and a reader that goes on from the last one it saw misses nothing.
 * @param count numbers to take; the answer is the last of them
 */
export async function nextChange(tx: Tx, kecamatan: string, count = 1): Promise<number> {
  const row = await tx
    .updateTable('kecamatan')
    .set({ last_change: sql<number>`last_change + ${count}` })
    .where('kode', '=', kecamatan)
    .returning('last_change')
    .executeTakeFirstOrThrow();
  return row.last_change;
}
