import type { KeyObject } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AUDIT_FILE, AUDIT_HEAD_FILE, type AuditHead } from '../../app/desk/audit.ts';
import { RekamError } from '../../app/errors.ts';
import type { Sha256, StationId } from '../../app/ids.ts';
import { JWS_TYPES } from '../../app/sync/protocol.ts';
import { sha256, signJws } from '../security/sign.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { writeWhole } from '../whole-file.ts';

export interface AuditExportNeeds {
  readonly store: Remote<Pick<StoreApi, 'audit'>>;
  readonly stationId: StationId;
  /** Ed25519 private key. */
  readonly stationKey: KeyObject;
  /** SHA-256 of what the disk itself gives back. */
  readonly readBack: (file: string, signal: AbortSignal) => Promise<Sha256 | null>;
}

const PAGE = 1000;

/**
 * The whole log as JSON lines, and its head signed by the station, each read back from the disk before it counts. A
 * line holds an entry's own fields, so anybody can follow the chain with nothing but SHA-256.
 * @throws RekamError `audit.folder`
 */
export async function exportAudit(
  { store, stationId, stationKey, readBack }: AuditExportNeeds,
  parent: string,
  now: number,
): Promise<{ readonly folder: string; readonly entries: number; readonly head: Sha256 }> {
  const lines: string[] = [];
  let head = await store.audit.head();
  let entries = 0;
  for (let more = true; more; ) {
    const page = await store.audit.page(entries, PAGE);
    for (const entry of page) {
      lines.push(`${JSON.stringify(entry)}\n`);
      entries = entry.sequence;
      head = entry.hash;
    }
    more = page.length === PAGE;
  }
  const text = Buffer.from(lines.join(''), 'utf8');
  const at = new Date(now).toISOString();
  const signed: AuditHead = {
    ...{ v: 1, stationId, entries, head },
    ...{ sha256: sha256(text), size: text.length, exportedAt: at },
  };
  const stamp = at.slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-');
  const folder = join(parent, `rekam-audit-${stationId.slice(0, 8)}-${stamp}`);
  const put = async (name: string, bytes: Buffer): Promise<void> => {
    const file = join(folder, name);
    await writeWhole(file, bytes, async () => {
      const found = await readBack(`${file}.part`, new AbortController().signal);
      if (found !== sha256(bytes)) throw new Error('the disk gave back something else');
    });
  };
  try {
    await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    await put(AUDIT_FILE, text);
    // Last: where the head is, the log is whole.
    await put(AUDIT_HEAD_FILE, Buffer.from(signJws(JWS_TYPES.audit, stationId, signed, stationKey), 'ascii'));
  } catch (error) {
    throw new RekamError('audit.folder', {}, error);
  }
  return { folder, entries, head };
}
