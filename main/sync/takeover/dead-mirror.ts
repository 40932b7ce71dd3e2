import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { RekamError } from '../../../app/errors.ts';
import { packetIdSchema, type PacketId } from '../../../app/ids.ts';
import { packetFileName, packetOfFile } from '../../../app/sync/courier.ts';
import { MIRROR_ENTRY_MAX_BYTES, MIRROR_MARK_FILE, mirrorMarkSchema } from '../../../app/sync/mirror.ts';
import { KIT_FILE, KIT_MAX_BYTES, kitSchema, type Kit } from '../../../app/sync/recovery.ts';
import { sizeOf } from '../courier/disk.ts';

const ENTRY = '.jws';
const MIRRORS = 'rekam-salinan-';
/** No packet is larger; a file that claims to be is none of ours. */
const SEALED_MAX_BYTES = 64 * 1024 * 1024;

/** A dead station's mirror, read and never written to. */
export interface DeadMirror {
  readonly folder: string;
  readonly kit: Kit;
  /** Packets that have an entry. */
  readonly packets: readonly PacketId[];
  /** Files of bytes without one. */
  readonly halves: number;
}

/**
 * The mirror that a person chose, or the one that lies on the disk that they chose.
 * @throws RekamError `takeover.noMirror`, `.severalMirrors`, `.noKit`, `.diskGone`
 */
export async function findDeadMirror(chosen: string): Promise<DeadMirror> {
  return guarded(async () => {
    const folder = await mirrorFolder(chosen);
    const mark = await readJson(join(folder, MIRROR_MARK_FILE), 4096, mirrorMarkSchema);
    if (mark === null) throw new RekamError('takeover.noMirror');
    const kit = await readJson(join(folder, KIT_FILE), KIT_MAX_BYTES, kitSchema);
    if (kit === null || kit.stationId !== mark.stationId) throw new RekamError('takeover.noKit');
    const names = await readdir(folder);
    const packets = names.flatMap((name) => {
      const parsed = packetIdSchema.safeParse(name.endsWith(ENTRY) ? name.slice(0, -ENTRY.length) : null);
      return parsed.success ? [parsed.data] : [];
    });
    const known = new Set<PacketId>(packets);
    const halves = names.map(packetOfFile).filter((id) => id !== null && !known.has(id)).length;
    return { folder, kit, packets, halves };
  });
}

/** Null where the file is gone, or larger than any entry. */
export async function readEntry(folder: string, packetId: PacketId): Promise<string | null> {
  return guarded(async () => {
    const file = join(folder, `${packetId}${ENTRY}`);
    const size = await sizeOf(file);
    return size === null || size > MIRROR_ENTRY_MAX_BYTES ? null : readFile(file, 'ascii');
  });
}

/** Null where the file is gone or cannot be read: the medium may have spoiled this one and not the others. */
export async function readBytes(folder: string, packetId: PacketId): Promise<Uint8Array | null> {
  return guarded(async () => {
    const file = join(folder, packetFileName(packetId));
    const size = await sizeOf(file);
    if (size === null || size > SEALED_MAX_BYTES) return null;
    return readFile(file).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EIO') return null;
      throw error;
    });
  });
}

async function mirrorFolder(chosen: string): Promise<string> {
  if (basename(chosen).startsWith(MIRRORS)) return chosen;
  const names = (await readdir(chosen, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(MIRRORS))
    .map(({ name }) => name);
  const [only, ...others] = names;
  if (only === undefined) throw new RekamError('takeover.noMirror');
  if (others.length > 0) throw new RekamError('takeover.severalMirrors', { many: names.length });
  return join(chosen, only);
}

async function readJson<T>(
  file: string,
  maxBytes: number,
  schema: { safeParse: (value: unknown) => { success: true; data: T } | { success: false } },
): Promise<T | null> {
  const size = await sizeOf(file);
  if (size === null || size > maxBytes) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function guarded<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof RekamError || !(error instanceof Error && 'code' in error)) throw error;
    throw new RekamError('takeover.diskGone', {}, error);
  }
}

/** Whether the disk is still there: one that was pulled out is no mirror of missing packets. */
export async function requireThere(folder: string): Promise<void> {
  await guarded(() => stat(join(folder, MIRROR_MARK_FILE)));
}
