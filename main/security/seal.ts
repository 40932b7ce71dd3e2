import './web-crypto.ts';
import { createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { bech32 } from '@scure/base';
import type sodiumModule from 'libsodium-wrappers';

export type Sodium = typeof sodiumModule;

export const VERSION = 'age-encryption.org/v1';
export const KEY_BYTES = 32;
const FILE_KEY_BYTES = 16;
export const PAYLOAD_NONCE_BYTES = 16;
export const TAG_BYTES = 16;
export const CHUNK_BYTES = 64 * 1024;
/** The last byte of a chunk's nonce. */
export const LAST = 1;

/**
 * Seals bytes to the center as an age v1 file (C2SP age: X25519, HKDF-SHA256, ChaCha20-Poly1305 in chunks of 64 KiB);
 * any `age` tool opens it with the center's key, and nothing on the station does. Electron's own crypto has no ChaCha20
 * and the scripted one costs more than the disk, hence libsodium.
 * @param recipient `age1…` from the activation
 */
export async function seal(bytes: Uint8Array, recipient: string): Promise<Uint8Array> {
  const sodium = await loadSodium();
  const fileKey = randomBytes(FILE_KEY_BYTES);
  const header = sealHeader(sodium, fileKey, publicKeyOf(recipient));
  return sealPayload(sodium, fileKey, header, bytes);
}

/** A recipient whose identity is gone when this returns: what is sealed to it, nobody opens. For training. */
export async function lostRecipient(): Promise<string> {
  const sodium = await loadSodium();
  return bech32.encodeFromBytes('age', sodium.crypto_box_keypair().publicKey);
}

/** Loaded with the first seal and not with the app, whose start it would lengthen. */
export async function loadSodium(): Promise<Sodium> {
  const { default: sodium } = await import('libsodium-wrappers');
  await sodium.ready;
  return sodium;
}

function publicKeyOf(recipient: string): Uint8Array {
  const { prefix, bytes } = bech32.decodeToBytes(recipient);
  if (prefix !== 'age' || bytes.length !== KEY_BYTES) throw new Error('not an X25519 recipient of age');
  return bytes;
}

/** One stanza, whose body is the file key under a key that only the recipient can derive; then the header's own MAC. */
function sealHeader(sodium: Sodium, fileKey: Uint8Array, publicKey: Uint8Array): Buffer {
  const secret = randomBytes(KEY_BYTES);
  const share = sodium.crypto_scalarmult_base(secret);
  // Refuses a public key of low order, whose secret anyone would know.
  const shared = sodium.crypto_scalarmult(secret, publicKey);
  const salt = Buffer.concat([share, publicKey]);
  const wrapKey = derive(shared, salt, `${VERSION}/X25519`);
  // The key serves once, so its nonce is zero.
  const body = encrypt(sodium, fileKey, new Uint8Array(12), wrapKey);
  const text = `${VERSION}\n-> X25519 ${base64(share)}\n${base64(body)}\n---`;
  const mac = createHmac('sha256', derive(fileKey, new Uint8Array(), 'header'))
    .update(text)
    .digest();
  return Buffer.from(`${text} ${base64(mac)}\n`);
}

/** Chunks under a counting nonce whose last byte marks the last, so that none can be dropped, swapped or cut off. */
function sealPayload(sodium: Sodium, fileKey: Uint8Array, header: Buffer, bytes: Uint8Array): Uint8Array {
  const salt = randomBytes(PAYLOAD_NONCE_BYTES);
  const key = derive(fileKey, salt, 'payload');
  const chunks = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
  const sealed = new Uint8Array(header.length + salt.length + bytes.length + chunks * TAG_BYTES);
  sealed.set(header);
  sealed.set(salt, header.length);
  let at = header.length + salt.length;
  const nonce = Buffer.alloc(12);
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    nonce.writeUInt32BE(chunk, 7);
    if (chunk === chunks - 1) nonce[11] = LAST;
    const part = bytes.subarray(chunk * CHUNK_BYTES, (chunk + 1) * CHUNK_BYTES);
    sealed.set(encrypt(sodium, part, nonce, key), at);
    at += part.length + TAG_BYTES;
  }
  return sealed;
}

function encrypt(sodium: Sodium, bytes: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array {
  return sodium.crypto_aead_chacha20poly1305_ietf_encrypt(bytes, null, null, nonce, key);
}

export function derive(secret: Uint8Array, salt: Uint8Array, info: string): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, salt, info, KEY_BYTES));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replaceAll('=', '');
}
