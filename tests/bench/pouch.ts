import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import PouchDB from 'pouchdb';

/** What a PouchDB station would keep and send: one document an enrollment, its parts as attachments. */
export interface PouchStation {
  /** One enrollment, as PouchDB commits it by default: not synced. */
  put(): Promise<void>;
  /** One-shot replication of everything that the other side lacks, to a CouchDB at this address. */
  push(url: string): Promise<number>;
  close(): Promise<void>;
}

const PARTS = 16;
/** Beside the parts: biodata, corrections, who and when. */
const JSON_BYTES = 2_700;

export function openPouch(folder: string, name: string, bytes: number): PouchStation {
  mkdirSync(folder, { recursive: true });
  const db = new PouchDB(path.join(folder, name));
  let count = 0;
  return {
    put: async () => {
      count += 1;
      const size = Math.floor((bytes - JSON_BYTES) / PARTS);
      const attachments = Array.from({ length: PARTS }, (_, index) => [
        `part-${index}`,
        { content_type: 'application/octet-stream', data: randomBytes(size) },
      ]);
      await db.put({
        _id: String(count).padStart(8, '0'),
        biodata: 'x'.repeat(JSON_BYTES),
        _attachments: Object.fromEntries(attachments),
      });
    },
    push: async (url) => (await db.replicate.to(url)).docs_written,
    close: () => db.close(),
  };
}
