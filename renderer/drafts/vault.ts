import { Dexie, type EntityTable, type Table } from 'dexie';
import type { Draft } from '../../app/desk/draft.ts';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import type { PacketId } from '../../app/ids.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { decodeCapture, decodeDraft, encodeCapture, encodeDraft } from './codec.ts';
import { importDraftKey, openEntry, sealEntry, sha256Hex, type SealedEntry } from './crypto.ts';

interface DraftEntry extends SealedEntry {
  readonly packetId: PacketId;
  readonly revision: number;
}
interface PartEntry extends SealedEntry {
  readonly packetId: PacketId;
  readonly name: PartName;
}

/** The window's own copy of a draft, or why there is none. */
export type VaultCopy =
  | { readonly kind: 'none' }
  /** An entry that cannot be opened or does not fit its draft. It stays where it is; the next save replaces it. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'copy'; readonly draft: Draft; readonly captures: readonly Capture[] };

export interface Vault {
  /** Durable on return: draft and the given captures in one transaction; parts no longer in the draft go. */
  save(draft: Draft, captures: readonly Capture[]): Promise<void>;
  load(packetId: PacketId): Promise<VaultCopy>;
  drop(packetId: PacketId): Promise<void>;
  /** Every draft of which there is a copy, readable or not. */
  list(): Promise<PacketId[]>;
  close(): void;
}

const draftLabel = (packetId: string) => `draft/${packetId}`;
const partLabel = (packetId: string, name: string) => `part/${packetId}/${name}`;

/** Work's drafts and training's never lie in one database. */
const WORK = 'rekam-drafts';
const TRAINING = 'rekam-training';

/** What a training left, also one that a power cut ended: its key is gone, and so goes the rest. */
export async function deleteTrainingVault(): Promise<void> {
  await Dexie.delete(TRAINING);
}

/** Rejects when the browser cannot open its database: the window then works with main's copy alone. */
export async function openVault(rawKey: Uint8Array, training = false): Promise<Vault> {
  const key = await importDraftKey(rawKey);
  // The default became relaxed in Chromium 121: without this a power cut takes back what was said to be saved.
  const db = new Dexie(training ? TRAINING : WORK, { chromeTransactionDurability: 'strict' });
  db.version(1).stores({ draft: 'packetId', part: '[packetId+name], packetId' });
  await db.open();
  const drafts: EntityTable<DraftEntry, 'packetId'> = db.table('draft');
  const parts: Table<PartEntry, [string, string]> = db.table('part');

  const dropIn = async (packetId: string) => {
    await drafts.delete(packetId as PacketId);
    await parts.where('packetId').equals(packetId).delete();
  };

  return {
    save: async (draft, captures) => {
      const { packetId, revision } = draft;
      const sealed = await sealEntry(key, draftLabel(packetId), encodeDraft(draft));
      const entries: PartEntry[] = [];
      for (const capture of captures) {
        const name = capture.part.name;
        entries.push({
          packetId,
          name,
          ...(await sealEntry(key, partLabel(packetId, name), encodeCapture(capture))),
        });
      }
      const names = new Set<string>(draft.parts.map((part) => part.name));
      await db.transaction('rw', drafts, parts, async () => {
        await drafts.put({ packetId, revision, ...sealed });
        await parts.bulkPut(entries);
        await parts
          .where('packetId')
          .equals(packetId)
          .filter((entry) => !names.has(entry.name))
          .delete();
      });
    },

    load: async (packetId) => {
      try {
        const entry = await drafts.get(packetId);
        if (entry === undefined) return { kind: 'none' };
        const draft = decodeDraft(await openEntry(key, draftLabel(packetId), entry));
        if (draft.packetId !== packetId || draft.revision !== entry.revision) return { kind: 'damaged' };
        const captures: Capture[] = [];
        for (const part of draft.parts) {
          const stored = await parts.get([packetId, part.name]);
          if (stored === undefined) return { kind: 'damaged' };
          const capture = decodeCapture(await openEntry(key, partLabel(packetId, part.name), stored));
          if ((await sha256Hex(capture.bytes)) !== part.sha256) return { kind: 'damaged' };
          captures.push({ ...capture, part });
        }
        return { kind: 'copy', draft, captures };
      } catch {
        return { kind: 'damaged' };
      }
    },

    drop: (packetId) => db.transaction('rw', drafts, parts, () => dropIn(packetId)),

    list: () => drafts.toCollection().primaryKeys(),

    close: () => db.close(),
  };
}
