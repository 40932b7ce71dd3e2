import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, realpath, rm, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative } from 'node:path';
import { RekamError } from '../../../app/errors.ts';
import { packetIdSchema, type PacketId, type StationId } from '../../../app/ids.ts';
import { packetFileName } from '../../../app/sync/courier.ts';
import {
  MIRROR_ENTRY_MAX_BYTES,
  MIRROR_MARK_FILE,
  mirrorEntrySchema,
  mirrorFolderName,
  mirrorMarkSchema,
  type MirrorPlace,
} from '../../../app/sync/mirror.ts';
import { sha256 } from '../../security/sign.ts';
import { writeWhole } from '../../whole-file.ts';
import { readBack, removeHalves, sizeOf } from '../courier/disk.ts';
import { MirrorError, type MirrorTarget, type SealedSource } from './target.ts';

const ENTRY = '.jws';
/** No packet is larger (app/enrollment/packet.ts); a file that claims to be is none of ours. */
const SEALED_MAX_BYTES = 64 * 1024 * 1024;

/** A folder on a second disk. Written to only while the mark in it is the one that was chosen. */
export class FolderMirror implements MirrorTarget {
  readonly #place: MirrorPlace;
  readonly #stationId: StationId;
  readonly #dataDir: string;

  constructor(place: MirrorPlace, stationId: StationId, dataDir: string) {
    this.#place = place;
    this.#stationId = stationId;
    this.#dataDir = dataDir;
  }

  attach(): Promise<{ sameDisk: boolean }> {
    return guarded(async () => {
      const { folder, id } = this.#place;
      const mark = await readMark(folder);
      if (mark?.id !== id || mark.stationId !== this.#stationId) throw new MirrorError('lost');
      const [there, here] = await Promise.all([stat(folder), stat(this.#dataDir)]);
      return { sameDisk: there.dev === here.dev };
    });
  }

  put(
    packet: SealedSource,
    entry: string,
    load: () => Promise<Uint8Array | null>,
    signal: AbortSignal,
  ): Promise<boolean> {
    return guarded(async () => {
      const file = this.#sealedFile(packet.packetId);
      if (!(await isSame(file, packet, signal))) {
        const sealed = await load();
        if (sealed === null || signal.aborted) return false;
        await writeVerified(file, sealed, packet.sha256, signal);
      }
      if (signal.aborted) return false;
      const text = Buffer.from(entry, 'ascii');
      await writeVerified(this.#entryFile(packet.packetId), text, sha256(text), signal);
      return !signal.aborted;
    });
  }

  note(name: string, bytes: Uint8Array): Promise<void> {
    return guarded(() =>
      writeVerified(join(this.#place.folder, name), bytes, sha256(bytes), new AbortController().signal),
    );
  }

  isWhole(packet: SealedSource, manifest: string, signal: AbortSignal): Promise<boolean> {
    return guarded(async () => {
      const entry = await this.#readEntry(packet.packetId);
      return (
        entry !== null &&
        manifestOf(entry) === manifest &&
        (await isSame(this.#sealedFile(packet.packetId), packet, signal))
      );
    });
  }

  packets(): Promise<PacketId[]> {
    return guarded(async () => {
      await removeHalves(this.#place.folder);
      return (await readdir(this.#place.folder)).flatMap((name) => {
        if (!name.endsWith(ENTRY)) return [];
        const parsed = packetIdSchema.safeParse(name.slice(0, -ENTRY.length));
        return parsed.success ? [parsed.data] : [];
      });
    });
  }

  read(packetId: PacketId): ReturnType<MirrorTarget['read']> {
    return guarded(async () => {
      const entry = await this.#readEntry(packetId);
      if (entry === null) return null;
      const file = this.#sealedFile(packetId);
      const sealed = () =>
        guarded(async () => {
          const size = await sizeOf(file);
          return size === null || size > SEALED_MAX_BYTES ? null : readFile(file);
        });
      return { entry, sealed };
    });
  }

  remove(packetId: PacketId): Promise<void> {
    return guarded(async () => {
      // The entry first: bytes without one are no copy, an entry without bytes would claim to be.
      await rm(this.#entryFile(packetId), { force: true });
      await rm(this.#sealedFile(packetId), { force: true });
    });
  }

  async #readEntry(packetId: PacketId): Promise<string | null> {
    const file = this.#entryFile(packetId);
    const size = await sizeOf(file);
    return size === null || size > MIRROR_ENTRY_MAX_BYTES ? null : readFile(file, 'ascii');
  }

  #sealedFile(packetId: PacketId): string {
    return join(this.#place.folder, packetFileName(packetId));
  }

  #entryFile(packetId: PacketId): string {
    return join(this.#place.folder, `${packetId}${ENTRY}`);
  }
}

/**
 * Makes a chosen folder this station's mirror, or finds the one that it was before.
 * @throws RekamError `mirror.inside` for a folder in the station's own data, `mirror.unwritable`
 */
export async function claimFolder(
  chosen: string,
  stationId: StationId,
  dataDir: string,
): Promise<MirrorPlace> {
  const own = mirrorFolderName(stationId);
  const folder = basename(chosen) === own ? chosen : join(chosen, own);
  const [from, to] = await Promise.all([realpath(dataDir), realpath(chosen).catch(() => chosen)]);
  const way = relative(from, to);
  if (way === '' || !(way.startsWith('..') || isAbsolute(way))) throw new RekamError('mirror.inside');
  try {
    await mkdir(folder, { recursive: true });
    const known = await readMark(folder);
    if (known?.stationId === stationId) return { folder, id: known.id };
    const id = randomUUID();
    const mark = Buffer.from(`${JSON.stringify({ v: 1, id, stationId })}\n`);
    await writeVerified(join(folder, MIRROR_MARK_FILE), mark, sha256(mark), new AbortController().signal);
    return { folder, id };
  } catch (error) {
    throw new RekamError('mirror.unwritable', {}, error);
  }
}

async function readMark(folder: string) {
  try {
    return mirrorMarkSchema.parse(JSON.parse(await readFile(join(folder, MIRROR_MARK_FILE), 'utf8')));
  } catch {
    return null;
  }
}

async function isSame(file: string, packet: SealedSource, signal: AbortSignal): Promise<boolean> {
  return (await sizeOf(file)) === packet.size && (await readBack(file, signal)) === packet.sha256;
}

async function writeVerified(
  file: string,
  bytes: Uint8Array,
  expected: string,
  signal: AbortSignal,
): Promise<void> {
  await writeWhole(file, bytes);
  const found = await readBack(file, signal);
  if (found === expected || (found === null && signal.aborted)) return;
  await rm(file, { force: true });
  throw new MirrorError('failing');
}

/** What an entry says of its manifest; its signature is looked at where it is used. */
function manifestOf(entry: string): string | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(entry.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return mirrorEntrySchema.parse(payload).manifest;
  } catch {
    return null;
  }
}

async function guarded<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (error instanceof MirrorError || typeof code !== 'string' || !/^E[A-Z0-9]+$/.test(code)) throw error;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw new MirrorError('full', error);
    throw new MirrorError(code === 'EROFS' || code === 'EACCES' ? 'failing' : 'lost', error);
  }
}
