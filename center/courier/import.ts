import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PacketId } from '../../app/ids.ts';
import {
  COURIER_PROBLEMS,
  RECEIPTS_FILE,
  packetFileName,
  type CourierProblem,
  type ListedPacket,
  type ReceiptsLine,
} from '../../app/sync/courier.ts';
import { syncFolder, uploadFile } from '../blobs.ts';
import { sealingKeys } from '../keys.ts';
import { isDiskFull, ProblemError } from '../problems.ts';
import type { Caller } from '../signature.ts';
import type { Storage } from '../storage.ts';
import { beginUpload, findKnown, finishUpload } from '../uploads/finish.ts';
import { checkDelivery } from '../uploads/manifest.ts';
import { openPlain, readPack, Refusal, unreadable } from './read-pack.ts';

export interface PackReport {
  readonly folder: string;
  /** Null where the pack was refused as a whole. */
  readonly station: { readonly label: string; readonly kecamatan: string } | null;
  readonly refused: { readonly problem: CourierProblem; readonly detail: string } | null;
  /** Taken in now, and held already, from the link or an earlier import. */
  readonly received: number;
  readonly known: number;
  readonly packets: readonly {
    readonly packetId: PacketId;
    readonly sequence: number;
    readonly problem: CourierProblem;
    readonly detail: string;
  }[];
  /** Where the answer lies; null where there was nothing new to say and an earlier answer stands. */
  readonly receiptsFile: string | null;
}

/** A link upload under way is asked to let go, and may need longer than one round of that. */
const LOCK_ROUNDS = 3;

/**
 * Takes a pack in, each packet by the checks of an upload: manifest, size, SHA-256, blob synced, row committed, then the
 * receipt. What is held already answers with the receipt it has, so that the same pack gives the same answer however
 * often it comes. One bad packet does not keep the others out.
 */
export async function importPack(storage: Storage, folder: string): Promise<PackReport> {
  const file = path.join(folder, RECEIPTS_FILE);
  let signed: Awaited<ReturnType<typeof readPack>>;
  try {
    signed = await readPack(storage, folder);
  } catch (error) {
    const { problem, detail } = asRefusal(error);
    const refused = { problem, detail };
    // An answer to an earlier, better copy of this pack is worth more than this one.
    const isWritten = await writeAnswer(file, [{ type: 'pack-refused', problem }], false);
    return {
      ...{ folder, station: null, refused, received: 0, known: 0, packets: [] },
      receiptsFile: isWritten ? file : null,
    };
  }
  const { pack, station } = signed;
  const lines: ReceiptsLine[] = storage.keys.announcements.map((announcement) => ({
    type: 'keys',
    announcement,
  }));
  const packets: PackReport['packets'][number][] = [];
  const counts = { received: 0, known: 0 };
  for (const listed of pack.packets) {
    const { packetId, sequence } = listed;
    try {
      const { receipt, isNew } = await takePacket(storage, station, folder, listed);
      counts[isNew ? 'received' : 'known'] += 1;
      lines.push({ type: 'receipt', receipt });
    } catch (error) {
      const { problem, detail } = asRefusal(error);
      lines.push({ type: 'refused', packetId, problem });
      packets.push({ packetId, sequence, problem, detail });
    }
  }
  await writeAnswer(file, lines, true);
  return { folder, station, refused: null, ...counts, packets, receiptsFile: file };
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof ProblemError) {
    const problem = COURIER_PROBLEMS.find((known) => known === error.problem);
    if (problem !== undefined) return new Refusal(problem, error.detail);
  }
  if (error instanceof Error && isDiskFull(error)) return new Refusal('storage-full');
  throw error;
}

async function takePacket(
  storage: Storage,
  caller: Caller,
  folder: string,
  listed: ListedPacket,
): Promise<{ receipt: string; isNew: boolean }> {
  const { packetId } = listed;
  const keyIds = sealingKeys(storage.keys).map(({ keyId }) => keyId);
  const delivery = await checkDelivery(storage.stations, caller, keyIds, {
    packetId,
    manifest: listed.manifest,
  });
  const lock = await patientLock(storage, packetId);
  try {
    const known = await findKnown(storage, packetId);
    if (known !== undefined && known.manifest_sha256 !== delivery.sha256)
      throw new ProblemError('manifest-conflict');
    if (known?.receipt != null) return { receipt: known.receipt, isNew: false };
    const copy = await copyChecked(storage, path.join(folder, packetFileName(packetId)), delivery.manifest);
    try {
      const upload = known ?? (await beginUpload(storage, caller, delivery));
      if (upload === null) throw new Error(`${packetId} began without its lock`);
      // Whatever the link had brought of it so far is in these bytes too.
      await rename(copy, uploadFile(storage.uploads, packetId));
      return { receipt: await finishUpload(storage, upload), isNew: true };
    } finally {
      await rm(copy, { force: true });
    }
  } finally {
    await lock.release();
  }
}

async function patientLock({ locks }: Storage, packetId: PacketId) {
  for (let round = 0; round < LOCK_ROUNDS; round += 1) {
    const lock = await locks.acquire(packetId, () => undefined);
    if (lock !== null) return lock;
  }
  throw new ProblemError('upload-locked');
}

/**
 * Beside the uploads, so that an unfinished one keeps its bytes until these have proved better.
 * @throws Refusal `packet-missing`, `packet-hash`
 */
async function copyChecked(
  { uploads }: Storage,
  file: string,
  { packetId, size, sha256 }: { packetId: PacketId; size: number; sha256: string },
): Promise<string> {
  // One name, under the packet's lock: what a crash leaves is written over by the next import.
  const copy = `${uploadFile(uploads, packetId)}.courier`;
  const source = await openPlain(file);
  try {
    const there = (await source.stat()).size;
    if (there !== size) throw new Refusal('packet-hash', `${there} of ${size} bytes`);
    const bytes = await source.readFile().catch((error: unknown) => {
      throw unreadable(error);
    });
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) throw new Refusal('packet-hash');
    const target = await open(copy, 'w', 0o600);
    try {
      await target.writeFile(bytes);
      await target.sync();
    } finally {
      await target.close();
    }
    return copy;
  } catch (error) {
    await rm(copy, { force: true });
    throw error;
  } finally {
    await source.close();
  }
}

/** Whole or not at all. @returns false when one is there that must stay */
async function writeAnswer(
  file: string,
  lines: readonly ReceiptsLine[],
  mayReplace: boolean,
): Promise<boolean> {
  if (
    !mayReplace &&
    (await openPlain(file).then(
      (handle) => handle.close().then(() => true),
      () => false,
    ))
  ) {
    return false;
  }
  const half = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(half, 'wx', 0o644);
    try {
      await handle.writeFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true }).catch(() => undefined);
    throw new Error(
      `The packets are safe here, but the receipts cannot be written to the disk (${error instanceof Error ? error.message : String(error)}). Import the same pack again once it can be written to: the answer will be the same.`,
      { cause: error },
    );
  }
  await syncFolder(path.dirname(file));
  return true;
}
