import { constants } from 'node:fs';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { stationIdSchema } from '../../app/ids.ts';
import {
  COURIER_FILE_MAX_BYTES,
  PACK_FILE,
  packJwsSchema,
  packSchema,
  type CourierPack,
  type CourierProblem,
} from '../../app/sync/courier.ts';
import { JWS_TYPES } from '../../app/sync/protocol.ts';
import { ifMissing } from '../blobs.ts';
import { peekJws, verifyJws } from '../jws.ts';
import type { Caller } from '../signature.ts';
import type { Storage } from '../storage.ts';

/** Why a pack or one of its packets is not taken in; the pack's other packets go on. */
export class Refusal extends Error {
  readonly problem: CourierProblem;
  readonly detail: string;

  /** @param detail for the telephone, never personal data */
  constructor(problem: CourierProblem, detail = '') {
    super(detail === '' ? problem : `${problem}: ${detail}`);
    this.name = 'Refusal';
    this.problem = problem;
    this.detail = detail;
  }
}

/** A pack whose list was verified, and the active station that made it. */
export interface SignedPack {
  readonly pack: CourierPack;
  readonly station: Caller & { readonly label: string };
}

/** The folders with a pack: the one that was named, or those in it (a disk may carry several stations' packs). */
export async function findPacks(folder: string): Promise<string[]> {
  if (await isThere(path.join(folder, PACK_FILE))) return [folder];
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => path.join(folder, name))
    .sort();
  const packs: string[] = [];
  for (const name of names) if (await isThere(path.join(name, PACK_FILE))) packs.push(name);
  return packs;
}

/** @throws Refusal `pack-invalid`, `station-unknown`, `station-revoked` */
export async function readPack(
  { db, stations }: Pick<Storage, 'db' | 'stations'>,
  folder: string,
): Promise<SignedPack> {
  const jws = packJwsSchema.safeParse((await readSmall(path.join(folder, PACK_FILE))).trim());
  if (!jws.success) throw new Refusal('pack-invalid', 'its list is cut off or not a list');
  const claimed = z.object({ stationId: stationIdSchema }).safeParse(peekJws(jws.data));
  if (!claimed.success) throw new Refusal('pack-invalid', 'its list cannot be read');
  const { stationId } = claimed.data;
  const known = await stations.find(stationId);
  const station = await db
    .selectFrom('station')
    .select(['label', 'revoked_at'])
    .where('id', '=', stationId)
    .executeTakeFirst();
  if (known === undefined || station === undefined) throw new Refusal('station-unknown');
  const payload = await verifyJws(JWS_TYPES.courier, jws.data, known.key);
  if (payload === null) throw new Refusal('pack-invalid', "its signature is not its station's");
  // After the signature: whoever can sign as a station is told where it stands.
  if (station.revoked_at !== null) throw new Refusal('station-revoked');
  const pack = packSchema.safeParse(payload);
  if (!pack.success) {
    const fields = pack.error.issues.map((issue) => issue.path.join('.'));
    throw new Refusal('pack-invalid', `schema: ${fields.join(', ')}`.slice(0, 300));
  }
  return {
    pack: pack.data,
    station: { stationId, kecamatan: known.kecamatan, label: station.label },
  };
}

/**
 * A plain file of a disk that anybody may have written to: no link leads away from it, and no pipe or device keeps us.
 * @throws Refusal `packet-missing` where it is not there, is no plain file or cannot be read
 */
export async function openPlain(file: string): Promise<FileHandle> {
  let handle: FileHandle | undefined;
  try {
    // Absent on Windows, where neither is needed: links take a privilege there, and a folder has no devices.
    const {
      O_RDONLY,
      O_NOFOLLOW = 0,
      O_NONBLOCK = 0,
    } = constants as Partial<typeof constants> & { O_RDONLY: number };
    handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
  } catch (error) {
    throw unreadable(error);
  }
  await handle.close();
  throw new Refusal('packet-missing', 'not a file');
}

/** What a disk answers that is pulled out or broken; every other error goes on as it is. */
export function unreadable(error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const isDisk = [
    'ENOENT',
    'EIO',
    'ENXIO',
    'ENODEV',
    'ELOOP',
    'EACCES',
    'EPERM',
    'ENOTDIR',
    'EUCLEAN',
    'EBADMSG',
  ];
  return isDisk.includes(code) ? new Refusal('packet-missing', code) : error;
}

async function readSmall(file: string): Promise<string> {
  const handle = await openPlain(file);
  try {
    const { size } = await handle.stat();
    if (size > COURIER_FILE_MAX_BYTES) throw new Refusal('pack-invalid', 'its list is too long');
    return await handle.readFile('utf8');
  } catch (error) {
    throw unreadable(error);
  } finally {
    await handle.close();
  }
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(() => true, ifMissing(false));
}
