import { createHash, createPublicKey, randomBytes, type KeyObject } from 'node:crypto';
import { sql } from 'kysely';
import { v4 as uuid } from 'uuid';
import type { PacketId, Sha256, StationId } from '../app/ids.ts';
import { formatActivationCode, SECRET_LENGTH } from '../app/sync/activation.ts';
import type { Activation } from '../app/sync/protocol.ts';
import { base32 } from '../app/sync/typed-code.ts';
import type { Db, Tx } from './database.ts';
import { formerReceiptKeys, type CenterKeys } from './keys.ts';
import { ProblemError } from './problems.ts';

const CODE_DAYS = 30;

/**
 * A one-time code for a new station. The center keeps only the secret's hash.
 * @param input.issuedFor the station whose kit holds it: for the PC that takes it over
 */
export async function createActivationCode(
  db: Db | Tx,
  input: {
    readonly kecamatan: string;
    readonly label: string;
    readonly caFingerprint: string;
    readonly issuedFor?: StationId;
    readonly days?: number;
  },
): Promise<string> {
  const secret = base32(randomBytes(SECRET_LENGTH), SECRET_LENGTH);
  await db
    .insertInto('activation_code')
    .values({
      secret_sha256: hash(secret),
      kecamatan: input.kecamatan,
      label: input.label,
      expires_at: new Date(Date.now() + (input.days ?? CODE_DAYS) * 86_400_000),
      station_id: null,
      issued_for: input.issuedFor ?? null,
    })
    .execute();
  return formatActivationCode({ secret, caFingerprint: input.caFingerprint });
}

export interface ActivateRequest {
  readonly secret: string;
  readonly stationKey: string;
  readonly appVersion: string;
}

/** Makes the station a code was given for. The same code with the same key again answers the same. */
export async function activate(db: Db, keys: CenterKeys, request: ActivateRequest): Promise<Activation> {
  return db.transaction().execute(async (tx) => {
    const code = await tx
      .selectFrom('activation_code')
      .selectAll()
      .where('secret_sha256', '=', hash(request.secret))
      .forUpdate()
      .executeTakeFirst();
    if (code === undefined) throw new ProblemError('activation-invalid');
    // Locked, so that two stations of one office are activated one after the other.
    const kecamatan = await tx
      .selectFrom('kecamatan')
      .select(['data', 'policy'])
      .where('kode', '=', code.kecamatan)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    const stationId = await stationFor(tx, code, request);
    return {
      stationId,
      label: code.label,
      desk: await deskOf(tx, stationId),
      kecamatan: kecamatan.data,
      sealing: { keyId: keys.sealing.keyId, recipient: keys.sealing.recipient },
      receiptKey: { kid: keys.receipt.kid, x: keys.receipt.x },
      formerReceiptKeys: formerReceiptKeys(keys.announcements),
      policy: kecamatan.policy,
    };
  });
}

/** In the order of activation, revoked ones counted too: it never changes. */
async function deskOf(tx: Tx, stationId: StationId): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from station other, station own
    where own.id = ${stationId} and other.kecamatan = own.kecamatan
      and (other.activated_at, other.id) <= (own.activated_at, own.id)`.execute(tx);
  return rows[0]?.n ?? 1;
}

async function stationFor(
  tx: Tx,
  code: {
    secret_sha256: Sha256;
    kecamatan: string;
    label: string;
    expires_at: Date;
    station_id: StationId | null;
  },
  request: ActivateRequest,
): Promise<StationId> {
  const known = await tx
    .selectFrom('station')
    .select(['id', 'revoked_at'])
    .where('public_key', '=', request.stationKey)
    .executeTakeFirst();
  if (known !== undefined && known.revoked_at !== null) throw new ProblemError('station-revoked');
  if (code.station_id !== null) {
    if (known?.id !== code.station_id) throw new ProblemError('activation-used');
    return known.id;
  }
  // A key stands for one station, and a station for one code.
  if (known !== undefined) throw new ProblemError('activation-used', "this key is a station's already");
  if (code.expires_at < new Date()) throw new ProblemError('activation-invalid', 'the code has expired');
  const id = uuid() as StationId;
  await tx
    .insertInto('station')
    .values({
      id,
      kecamatan: code.kecamatan,
      label: code.label,
      public_key: request.stationKey,
      app_version: request.appVersion,
      activated_at: new Date(),
      revoked_at: null,
      taken_over_by: null,
      last_sequence: null,
    })
    .execute();
  await tx
    .updateTable('activation_code')
    .set({ station_id: id })
    .where('secret_sha256', '=', code.secret_sha256)
    .execute();
  return id;
}

export function hash(secret: string): Sha256 {
  return createHash('sha256').update(secret).digest('hex') as Sha256;
}

/** What never changes of a station once it is activated. Whether it still counts is asked with each call. */
export interface KnownStation {
  readonly kecamatan: string;
  /** Ed25519, public. */
  readonly key: KeyObject;
}

export interface Stations {
  find(id: StationId): Promise<KnownStation | undefined>;
  /** The last number that counts of a station that was taken over; null for every other. */
  lastOf(id: StationId): Promise<number | null>;
  /** Which packet the center holds under a station's number. */
  holderOf(id: StationId, sequence: number): Promise<PacketId | null>;
}

/** All of Indonesia's, at some 500 bytes each. */
const STATIONS_MAX = 20_000;

/** Stations' keys, read once: each call needs one, and each packet two. */
export function createStations(db: Db): Stations {
  const known = new Map<StationId, KnownStation>();
  return {
    find: async (id) => {
      const cached = known.get(id);
      if (cached !== undefined) return cached;
      const row = await db
        .selectFrom('station')
        .select(['kecamatan', 'public_key'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const station = { kecamatan: row.kecamatan, key: publicKey(row.public_key) };
      if (known.size >= STATIONS_MAX) known.clear();
      known.set(id, station);
      return station;
    },
    lastOf: async (id) => {
      const row = await db
        .selectFrom('station')
        .select('last_sequence')
        .where('id', '=', id)
        .executeTakeFirst();
      return row?.last_sequence ?? null;
    },
    holderOf: async (id, sequence) => {
      const row = await db
        .selectFrom('packet')
        .select('packet_id')
        .where('station_id', '=', id)
        .where('sequence', '=', sequence)
        .executeTakeFirst();
      return row?.packet_id ?? null;
    },
  };
}

function publicKey(x: string): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

const GUESSES = 20;
const GUESS_WINDOW_MS = 60_000;

/** Counts wrong codes by address: 80 bits cannot be guessed, but nobody shall keep the database busy trying. */
export function createGuessLimit(now: () => number): {
  check(address: string): void;
  wrong(address: string): void;
} {
  const wrong = new Map<string, { count: number; until: number }>();
  return {
    check: (address) => {
      const entry = wrong.get(address);
      if (entry === undefined) return;
      const left = entry.until - now();
      if (left <= 0) wrong.delete(address);
      else if (entry.count >= GUESSES) {
        throw new ProblemError('rate-limited', undefined, { 'retry-after': String(Math.ceil(left / 1000)) });
      }
    },
    wrong: (address) => {
      if (wrong.size > 10_000) wrong.clear();
      const entry = wrong.get(address) ?? { count: 0, until: now() + GUESS_WINDOW_MS };
      entry.count += 1;
      wrong.set(address, entry);
    },
  };
}
