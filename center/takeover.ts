import { verify } from '@node-rs/argon2';
import { Encrypter } from 'age-encryption';
import type { z } from 'zod';
import type { KitCenter, recoveryRequestSchema, takeoverRequestSchema } from '../app/sync/recovery.ts';
import type { Context } from './context.ts';
import type { Db } from './database.ts';
import { loadRecoveryKey } from './keys.ts';
import { ProblemError } from './problems.ts';
import type { Caller } from './signature.ts';
import { createActivationCode, hash } from './stations.ts';

/** A sheet of paper lies in a safe until a PC dies. */
const VOUCHER_DAYS = 5 * 366;

/**
 * Wraps for a station's supervisor what a new PC needs to take over its queue: the kecamatan's recovery key and a
 * voucher. Sealed to the key that the code on paper makes, so the station hands on what it cannot read. The voucher
 * before it is void from now on.
 */
export async function issueKit(
  { db, data, caFingerprint }: Pick<Context, 'db' | 'data' | 'caFingerprint'>,
  caller: Caller,
  request: z.infer<typeof recoveryRequestSchema>,
): Promise<string> {
  await requireSupervisor(db, caller, request);
  const { keyId, identity } = await loadRecoveryKey(data, caller.kecamatan);
  const kit = await db.transaction().execute(async (tx): Promise<KitCenter> => {
    const station = await tx
      .selectFrom('station')
      .innerJoin('kecamatan', 'kecamatan.kode', 'station.kecamatan')
      .select(['station.id', 'station.label', 'station.public_key', 'kecamatan.data'])
      .where('station.id', '=', caller.stationId)
      // Two that ask at once come one after the other.
      .forUpdate('station')
      .executeTakeFirstOrThrow();
    await tx
      .deleteFrom('activation_code')
      .where('issued_for', '=', station.id)
      .where('station_id', 'is', null)
      .execute();
    const voucher = await createActivationCode(tx, {
      ...{ kecamatan: caller.kecamatan, label: station.label, caFingerprint },
      ...{ issuedFor: station.id, days: VOUCHER_DAYS },
    });
    return {
      v: 1,
      station: { id: station.id, label: station.label, key: station.public_key },
      kecamatan: station.data,
      recovery: { keyId, identity },
      voucher,
    };
  });
  const encrypter = new Encrypter();
  encrypter.addRecipient(request.recipient);
  return Buffer.from(await encrypter.encrypt(JSON.stringify(kit))).toString('base64');
}

async function requireSupervisor(
  db: Db,
  { kecamatan }: Caller,
  { supervisor, password }: z.infer<typeof recoveryRequestSchema>,
): Promise<void> {
  const account = await db
    .selectFrom('account')
    .select('hash')
    .where('id', '=', supervisor)
    .where('kecamatan', '=', kecamatan)
    .where('role', '=', 'supervisor')
    .where('active', '=', true)
    .executeTakeFirst();
  const isRight = account !== undefined && (await verify(account.hash, password).catch(() => false));
  if (!isRight) throw new ProblemError('password-wrong');
}

/**
 * The caller delivers what a dead station of its kecamatan left. That one's key is revoked, and of its numbers only
 * those up to the last count: what is signed later forks nothing. The same call again answers the same.
 * @returns the last number that counts
 */
export async function takeOver(
  db: Db,
  caller: Caller,
  { stationId, secret, last }: z.infer<typeof takeoverRequestSchema>,
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const code = await tx
      .selectFrom('activation_code')
      .select(['issued_for', 'station_id', 'expires_at'])
      .where('secret_sha256', '=', hash(secret))
      .forUpdate()
      .executeTakeFirst();
    if (code === undefined || code.issued_for !== stationId)
      throw new ProblemError('takeover-refused', 'no voucher of that station that counts');
    if (code.station_id === null && code.expires_at < new Date())
      throw new ProblemError('takeover-refused', 'the voucher has expired');
    if (code.station_id !== null && code.station_id !== caller.stationId)
      throw new ProblemError('takeover-refused', 'the voucher made another station');
    const dead = await tx
      .selectFrom('station')
      .select(['kecamatan', 'taken_over_by', 'last_sequence'])
      .where('id', '=', stationId)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (dead.kecamatan !== caller.kecamatan || stationId === caller.stationId)
      throw new ProblemError('takeover-refused', 'not another station of this kecamatan');
    if (dead.taken_over_by !== null && dead.taken_over_by !== caller.stationId)
      throw new ProblemError('takeover-refused', 'another station has taken it over');
    if (dead.last_sequence !== null) return dead.last_sequence;
    const held = await tx
      .selectFrom('packet')
      .select((table) => table.fn.max('sequence').as('last'))
      .where('station_id', '=', stationId)
      .executeTakeFirst();
    const counts = Math.max(last, held?.last ?? 0);
    const now = new Date();
    await tx
      .updateTable('station')
      .set((row) => ({
        revoked_at: row.fn.coalesce('revoked_at', row.val(now)),
        taken_over_by: caller.stationId,
        last_sequence: counts,
      }))
      .where('id', '=', stationId)
      .execute();
    // What the dead one had taken over itself comes along.
    await tx
      .updateTable('station')
      .set({ taken_over_by: caller.stationId })
      .where('taken_over_by', '=', stationId)
      .execute();
    await tx
      .updateTable('activation_code')
      .set({ station_id: caller.stationId })
      .where('secret_sha256', '=', hash(secret))
      .execute();
    return counts;
  });
}

/** A person at the center lets more of a dead station count: a newer mirror was found after the takeover. */
export async function letCount(db: Db, stationId: string, last: number): Promise<void> {
  await db
    .updateTable('station')
    .set({ last_sequence: last })
    .where('id', '=', stationId as Caller['stationId'])
    .where('last_sequence', '<', last)
    .execute();
}
