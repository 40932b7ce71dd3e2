import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { RekamError } from '../../app/errors.ts';
import type { Keystore, StationKeys } from './api.ts';

/** `plain` holds base64 of the keys' JSON; `keystore` what the OS keystore made of it. */
const fileSchema = z.strictObject({ v: z.literal(1), kept: z.enum(['plain', 'keystore']), keys: z.base64() });
const keysSchema = z.strictObject({ database: z.base64(), draft: z.base64(), station: z.base64() });

const KEY_BYTES = 32;

export function keysExist(keyDir: string): boolean {
  return existsSync(keyFile(keyDir));
}

/**
 * Reads the station's keys; makes them when there are none. Existing ones are never replaced, whatever is wrong with
 * them: they are all that opens the database.
 * @param options.mayMake false once a database exists: new keys would not open it
 * @throws RekamError `key.unavailable` for a file that cannot be read or unwrapped; `store.key` when the keys are gone
 *   and must not be made
 */
export function loadKeys(options: {
  readonly keyDir: string;
  readonly keystore: Keystore | null;
  readonly mayMake?: boolean;
}): StationKeys & { readonly created: boolean } {
  const { keyDir, keystore } = options;
  const created = !keysExist(keyDir);
  if (created) {
    if (options.mayMake === false) throw new RekamError('store.key');
    makeKeys(keyDir, keystore);
  }
  try {
    closeToOthers(keyFile(keyDir));
    return { ...readKeys(keyDir, keystore), created };
  } catch (error) {
    throw new RekamError('key.unavailable', {}, error);
  }
}

/** How the keys that are there are kept; changes nothing. @throws for a file that cannot be read */
export function howKept(keyDir: string): 'plain' | 'keystore' {
  return readFile(keyDir).kept;
}

/** The keys that are there; changes nothing. @throws for a file that cannot be read or unwrapped */
export function readKeys(keyDir: string, keystore: Keystore | null): StationKeys {
  const file = readFile(keyDir);
  const content = Buffer.from(file.keys, 'base64');
  if (file.kept === 'keystore' && keystore === null)
    throw new Error('wrapped by a keystore that is not there');
  const plain = file.kept === 'plain' ? content.toString('utf8') : (keystore?.decrypt(content) ?? '');
  const keys = keysSchema.parse(JSON.parse(plain) as unknown);
  const database = Buffer.from(keys.database, 'base64');
  const draft = Buffer.from(keys.draft, 'base64');
  const stationPkcs8 = Buffer.from(keys.station, 'base64');
  if (database.length !== KEY_BYTES || draft.length !== KEY_BYTES)
    throw new Error('a key has the wrong length');
  const station = createPrivateKey({ key: stationPkcs8, format: 'der', type: 'pkcs8' });
  if (station.asymmetricKeyType !== 'ed25519') throw new Error('the station key is no Ed25519 key');
  return { database, draft, station, stationPkcs8, inFile: file.kept === 'plain' };
}

function readFile(keyDir: string): z.infer<typeof fileSchema> {
  return fileSchema.parse(JSON.parse(readFileSync(keyFile(keyDir), 'utf8')) as unknown);
}

/** A copy from a backup may have come back open to everyone. */
function closeToOthers(path: string): void {
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o600);
}

/** Written whole beside its place, synced, then linked there: a kill leaves all of it or nothing, and never a second. */
function makeKeys(keyDir: string, keystore: Keystore | null): void {
  const station = generateKeyPairSync('ed25519').privateKey.export({ format: 'der', type: 'pkcs8' });
  const plain = JSON.stringify({
    database: randomBytes(KEY_BYTES).toString('base64'),
    draft: randomBytes(KEY_BYTES).toString('base64'),
    station: station.toString('base64'),
  });
  const content = keystore === null ? Buffer.from(plain, 'utf8') : keystore.encrypt(plain);
  const file = { v: 1, kept: keystore === null ? 'plain' : 'keystore', keys: content.toString('base64') };

  mkdirSync(keyDir, { recursive: true, mode: 0o700 });
  const half = `${keyFile(keyDir)}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(half, 'wx', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(file)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(half, keyFile(keyDir));
  } finally {
    rmSync(half);
  }
  syncFolder(keyDir);
}

function syncFolder(folder: string): void {
  // Windows has no handle to a folder; NTFS journals the entry itself.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function keyFile(keyDir: string): string {
  return join(keyDir, 'station.keys');
}
