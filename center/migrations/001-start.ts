import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

// `change` is the place of a row's latest state in the order of its kecamatan's changes: the reference delta after a
// cursor is an index scan in each table. Works on PostgreSQL 15 and later.
const STATEMENTS = [
  `create table kecamatan (
    kode text primary key, data jsonb not null, policy jsonb not null, policy_change int8 not null,
    last_change int8 not null)`,
  `create table station (
    id uuid primary key, kecamatan text not null references kecamatan, label text not null,
    public_key text not null unique, app_version text not null, activated_at timestamptz not null,
    revoked_at timestamptz)`,
  `create table activation_code (
    secret_sha256 text primary key, kecamatan text not null references kecamatan, label text not null,
    expires_at timestamptz not null, station_id uuid references station)`,
  `create table nonce (
    station_id uuid not null references station, nonce text not null, expires_at timestamptz not null,
    primary key (station_id, nonce))`,
  `create index nonce_expires on nonce (expires_at)`,
  // An upload under way; gone once its packet row is there.
  `create table upload (
    packet_id uuid primary key, kecamatan text not null references kecamatan, station_id uuid not null references station,
    delivered_by uuid not null references station, manifest text not null, manifest_sha256 text not null,
    sha256 text not null, size int8 not null, created_at timestamptz not null)`,
  `create table packet (
    packet_id uuid primary key, kecamatan text not null references kecamatan, station_id uuid not null references station,
    delivered_by uuid not null references station, sequence int8 not null, manifest text not null,
    manifest_sha256 text not null, sha256 text not null, size int8 not null, recipient_key_id text not null,
    received_at timestamptz not null, receipt text not null,
    examined_at timestamptz, attempts int4 not null, next_attempt_at timestamptz not null)`,
  // Not unique: a station set back to an old backup may use a number twice, and reconcile is what tells.
  `create index packet_sequence on packet (station_id, sequence)`,
  `create index packet_unexamined on packet (next_attempt_at) where examined_at is null`,
  `create table outcome (
    packet_id uuid primary key references packet, kecamatan text not null references kecamatan, change int8 not null,
    verdict text not null, remedy text, reasons jsonb not null, decided_at timestamptz not null,
    unique (kecamatan, change))`,
  // Who holds a NIK's one accepted enrollment; without a packet: enrolled before this center.
  `create table enrolled (nik text primary key, packet_id uuid references packet, at timestamptz not null)`,
  `create table resident (
    nik text primary key, kecamatan text not null references kecamatan, change int8 not null, biodata jsonb not null,
    recorded_at timestamptz, recorded_station uuid references station, recorded_packet uuid,
    unique (kecamatan, change))`,
  `create index resident_packet on resident (recorded_packet) where recorded_packet is not null`,
  `create table summons (
    nik text not null, date date not null, kecamatan text not null references kecamatan, change int8 not null,
    desa text not null, session text not null, removed boolean not null,
    primary key (nik, date), unique (kecamatan, change))`,
  `create table account (
    id uuid primary key, kecamatan text not null references kecamatan, change int8 not null, username text not null,
    name text not null, role text not null, hash text not null, active boolean not null,
    unique (kecamatan, username), unique (kecamatan, change))`,
  `create table target (
    desa text primary key, kecamatan text not null references kecamatan, change int8 not null,
    must_have int4 not null, deadline date not null, unique (kecamatan, change))`,
  `create table journal (
    station_id uuid not null references station, sequence int8 not null, kecamatan text not null references kecamatan,
    change int8 not null, jws text not null, at timestamptz not null, clock_offset_ms int8, fact jsonb not null,
    primary key (station_id, sequence), unique (kecamatan, change))`,
];

export const start: Migration = {
  up: async (db: Kysely<unknown>) => {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
