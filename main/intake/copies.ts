import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import {
  deskRowSchema,
  MIRROR_ENTRY_MAX_BYTES,
  mirrorEntrySchema,
  type DeskRow,
  type MirrorEntry,
} from '../../app/sync/mirror.ts';
import { JWS_TYPES, manifestSchema, type Manifest } from '../../app/sync/protocol.ts';
import { seal } from '../security/seal.ts';
import { unseal } from '../security/unseal.ts';
import { publicKeyX, sha256, signJws, verifyJws } from '../security/sign.ts';
import type { Database, Reader } from '../store/database.ts';
import type { CopyApi, EntryItem, RestoreResult } from '../store/mirror-api.ts';
import { readDeskRow, restorePacket } from '../store/recovery.ts';
import { atBorder } from '../store/sqlite-errors.ts';
import { readStation } from '../store/station.ts';
import { salvage } from './salvage.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface CopyKeys {
  readonly station: KeyObject;
  /** 32 bytes. */
  readonly database: Buffer;
  readonly nativeBinding: string | null;
}

/** What goes to a second copy and comes back from one, in the thread that has the keys. */
export function createCopies(db: Database, keys: CopyKeys): CopyApi {
  const ownKey = deriveOwnKey(keys.database);
  const x = publicKeyX(keys.station);
  return {
    copies: {
      entry: async (packetId, recovery) => {
        const found = atBorder(() => ({ ...readSources(db, packetId) }));
        if (found.manifest === undefined || found.stationId === undefined) return null;
        const row: DeskRow | null = found.row === null ? null : { v: 1, ...found.row };
        const text = Buffer.from(JSON.stringify(row), 'utf8');
        const entry: MirrorEntry = {
          v: 1,
          stationId: found.stationId,
          manifest: found.manifest,
          row:
            recovery === null || row === null
              ? null
              : {
                  keyId: recovery.keyId,
                  sealed: Buffer.from(await seal(text, recovery.recipient)).toString('base64'),
                },
          own: encrypt(ownKey, text).toString('base64'),
        };
        return signJws(JWS_TYPES.mirror, found.stationId, entry, keys.station);
      },
      read: (entry) => Promise.resolve(itemOf(openEntry(entry, x))),
      restore: (entry, sealed, now) =>
        Promise.resolve(
          atBorder(() => {
            const opened = openEntry(entry, x);
            if (opened === null) return 'foreign' as const;
            const own = readStation(db)?.activation.stationId;
            if (own !== undefined && opened.entry.stationId !== own) return 'foreign' as const;
            return putBack(db, opened, sealed, openRow(ownKey, opened.entry), now);
          }),
        ),
      adopt: async (entry, sealed, from, now) => {
        const opened = openEntry(entry, from.key);
        if (opened === null || opened.entry.stationId !== from.stationId) return 'foreign';
        const row = await openForTakeover(opened, from.identity);
        return atBorder(() => {
          const { manifest } = opened;
          // A station may get its own back: the dead one had taken it over before.
          const isForeign = manifest.stationId !== readStation(db)?.activation.stationId;
          return putBack(db, { ...opened, isForeign }, sealed, row, now);
        });
      },
      salvage: (file, now) => Promise.resolve(atBorder(() => salvage(db, file, keys, now))),
    },
  };
}

function readSources(db: Reader, packetId: string) {
  return {
    manifest: db.get<{ manifest: string }>('SELECT manifest FROM packet WHERE packet_id = ?', packetId)
      ?.manifest,
    stationId: readStation(db)?.activation.stationId,
    row: readDeskRow(db, packetId),
  };
}

function putBack(
  db: Database,
  { manifest, jws, isForeign }: Opened,
  sealed: Uint8Array,
  row: DeskRow | null,
  now: number,
): RestoreResult {
  if (sealed.length !== manifest.size || sha256(sealed) !== manifest.sha256) return 'damaged';
  return db.write((tx) => restorePacket(tx, { manifest, jws, sealed, row, isForeign, now }));
}

interface Opened {
  readonly entry: MirrorEntry;
  /** Recorded by another station than the one whose entry this is. */
  readonly isForeign: boolean;
  readonly manifest: Manifest;
  readonly jws: string;
}

/**
 * Null for anything that this station did not sign as an entry. A manifest of its own must be signed by it too; for one of
 * a station that it took over the entry stands, and the center checks it again.
 */
function openEntry(text: string, x: string): Opened | null {
  if (text.length > MIRROR_ENTRY_MAX_BYTES) return null;
  const entry = mirrorEntrySchema.safeParse(verifyJws(JWS_TYPES.mirror, text, x));
  if (!entry.success) return null;
  const jws = entry.data.manifest;
  const claimed = readManifest(jws);
  const isForeign = claimed !== null && claimed.stationId !== entry.data.stationId;
  const manifest = isForeign ? claimed : verifyManifest(jws, x);
  return manifest === null ? null : { entry: entry.data, manifest, jws, isForeign };
}

/** Unverified. */
export function readManifest(jws: string): Manifest | null {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'));
    const parsed = manifestSchema.safeParse(payload);
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

export function verifyManifest(jws: string, x: string): Manifest | null {
  const parsed = manifestSchema.safeParse(verifyJws(JWS_TYPES.manifest, jws, x));
  return parsed.success ? parsed.data : null;
}

function itemOf(opened: Opened | null): EntryItem | null {
  if (opened === null) return null;
  const { packetId, sequence, sha256: hash, size } = opened.manifest;
  return { packetId, sequence, sha256: hash, size, manifest: opened.jws, isForeign: opened.isForeign };
}

/** The desk's row by the kecamatan's recovery key; null where it was not sealed to that, or is not this packet's. */
async function openForTakeover({ entry, manifest }: Opened, identity: string): Promise<DeskRow | null> {
  if (entry.row === null) return null;
  const text = await unseal(Buffer.from(entry.row.sealed, 'base64'), identity);
  if (text === null) return null;
  const row = parseRow(Buffer.from(text).toString('utf8'));
  return row?.packetId === manifest.packetId ? row : null;
}

function parseRow(text: string): DeskRow | null {
  try {
    const row = deskRowSchema.safeParse(JSON.parse(text));
    return row.success ? row.data : null;
  } catch {
    return null;
  }
}

function openRow(key: Buffer, entry: MirrorEntry): DeskRow | null {
  try {
    return parseRow(decrypt(key, Buffer.from(entry.own, 'base64')).toString('utf8'));
  } catch {
    return null;
  }
}

/** A key for one purpose more, from the database's: whoever has that one can read the same row there. */
function deriveOwnKey(database: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', database, Buffer.alloc(0), 'rekam mirror row', 32));
}

function encrypt(key: Buffer, text: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
