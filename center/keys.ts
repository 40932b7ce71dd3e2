import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';

/** The center's own secrets: what opens packets and what signs receipts. */
export interface CenterKeys {
  readonly sealing: { readonly keyId: string; readonly recipient: string; readonly identity: string };
  /** Ed25519. */
  readonly receipt: { readonly kid: string; readonly x: string; readonly key: KeyObject };
}

/** Reads the keys of a data folder, making them at the first start. */
export async function loadKeys(data: string): Promise<CenterKeys> {
  const identity = await keep(path.join(data, 'sealing.age'), generateX25519Identity);
  const pem = await keep(path.join(data, 'receipt.pem'), () =>
    Promise.resolve(
      generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    ),
  );
  const recipient = await identityToRecipient(identity);
  const key = createPrivateKey(pem);
  const x = createPublicKey(key).export({ format: 'jwk' }).x;
  if (x === undefined) throw new Error('receipt.pem holds no Ed25519 key');
  return {
    sealing: { keyId: `sealing-${shortHash(recipient)}`, recipient, identity },
    receipt: { kid: `receipt-${shortHash(x)}`, x, key },
  };
}

/**
 * A kecamatan's recovery key. The station gets the public half with its policy; this half opens what mirrors hold of
 * people, and leaves this folder only for a takeover.
 */
export async function loadRecoveryKey(
  data: string,
  kecamatan: string,
): Promise<{ readonly keyId: string; readonly recipient: string; readonly identity: string }> {
  const identity = await keep(path.join(data, `recovery-${kecamatan}.age`), generateX25519Identity);
  const recipient = await identityToRecipient(identity);
  return { keyId: `recovery-${shortHash(recipient)}`, recipient, identity };
}

/** The content of a secret file (0600), made and synced to disk first when it is not there. */
export async function keep(file: string, make: () => Promise<string>): Promise<string> {
  if (!existsSync(file)) writeDurably(file, await make());
  return readFileSync(file, 'utf8');
}

function writeDurably(file: string, text: string): void {
  const half = `${file}.${randomBytes(4).toString('hex')}`;
  const descriptor = openSync(half, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(half, file);
  if (process.platform === 'win32') return;
  const folder = openSync(path.dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
