import './web-crypto.ts';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { bech32 } from '@scure/base';
import {
  CHUNK_BYTES,
  derive,
  KEY_BYTES,
  LAST,
  loadSodium,
  PAYLOAD_NONCE_BYTES,
  TAG_BYTES,
  VERSION,
  type Sodium,
} from './seal.ts';

/**
 * Opens an age v1 file sealed to an X25519 recipient. Nothing that a station seals itself opens so: only what a recovery
 * code wraps, and what a mirror says of people.
 * @param identity `AGE-SECRET-KEY-1…`
 * @returns null for bytes that this identity does not open, or that are no age file
 */
export async function unseal(sealed: Uint8Array, identity: string): Promise<Uint8Array | null> {
  const sodium = await loadSodium();
  try {
    const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
    const macAt = bytes.indexOf('\n---');
    const end = macAt < 0 ? -1 : bytes.indexOf('\n', macAt + 1);
    if (end < 0) return null;
    const fileKey = openHeader(sodium, bytes.subarray(0, end).toString('latin1'), secretOf(identity));
    return fileKey === null ? null : openPayload(sodium, fileKey, bytes.subarray(end + 1));
  } catch {
    return null;
  }
}

/** `AGE-SECRET-KEY-1…` of 32 bytes, and the recipient that belongs to it. */
export async function keyPairOf(
  secret: Uint8Array,
): Promise<{ readonly identity: string; readonly recipient: string }> {
  const sodium = await loadSodium();
  return {
    identity: bech32.encodeFromBytes('age-secret-key-', secret).toUpperCase(),
    recipient: bech32.encodeFromBytes('age', sodium.crypto_scalarmult_base(secret)),
  };
}

function secretOf(identity: string): Uint8Array {
  const { prefix, bytes } = bech32.decodeToBytes(identity.toLowerCase());
  if (prefix !== 'age-secret-key-' || bytes.length !== KEY_BYTES)
    throw new Error('no X25519 identity of age');
  return bytes;
}

function openHeader(sodium: Sodium, header: string, secret: Uint8Array): Uint8Array | null {
  const lines = header.split('\n');
  const mac = lines.pop();
  if (lines[0] !== VERSION || mac?.startsWith('--- ') !== true) return null;
  for (const [at, line] of lines.entries()) {
    const share = /^-> X25519 ([\w+/]+)$/.exec(line)?.[1];
    const body = lines[at + 1];
    if (share === undefined || body === undefined) continue;
    const fileKey = openStanza(sodium, secret, Buffer.from(share, 'base64'), Buffer.from(body, 'base64'));
    if (fileKey === null) continue;
    const expected = createHmac('sha256', derive(fileKey, new Uint8Array(), 'header'))
      .update(`${lines.join('\n')}\n---`)
      .digest();
    const given = Buffer.from(mac.slice(4), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected) ? fileKey : null;
  }
  return null;
}

function openStanza(
  sodium: Sodium,
  secret: Uint8Array,
  share: Uint8Array,
  body: Uint8Array,
): Uint8Array | null {
  try {
    const shared = sodium.crypto_scalarmult(secret, share);
    const salt = Buffer.concat([share, sodium.crypto_scalarmult_base(secret)]);
    const wrapKey = derive(shared, salt, `${VERSION}/X25519`);
    return decrypt(sodium, body, new Uint8Array(12), wrapKey);
  } catch {
    return null;
  }
}

function openPayload(sodium: Sodium, fileKey: Uint8Array, payload: Uint8Array): Uint8Array {
  const key = derive(fileKey, payload.subarray(0, PAYLOAD_NONCE_BYTES), 'payload');
  const chunks = payload.subarray(PAYLOAD_NONCE_BYTES);
  const size = CHUNK_BYTES + TAG_BYTES;
  const count = Math.ceil(chunks.length / size);
  if (count === 0) throw new Error('no chunk');
  const nonce = Buffer.alloc(12);
  const opened: Uint8Array[] = [];
  for (let index = 0; index < count; index += 1) {
    nonce.writeUInt32BE(index, 7);
    if (index === count - 1) nonce[11] = LAST;
    opened.push(decrypt(sodium, chunks.subarray(index * size, (index + 1) * size), nonce, key));
  }
  return Buffer.concat(opened);
}

function decrypt(sodium: Sodium, bytes: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array {
  return sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, bytes, null, nonce, key);
}
