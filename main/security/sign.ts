import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { JWS_TYPES } from '../../app/sync/protocol.ts';
import type { Sha256 } from '../../app/ids.ts';

/**
 * Compact JWS (RFC 7515) with Ed25519 (RFC 8037), on node:crypto because a manifest is signed inside the synchronous
 * SQLite transaction that allots its sequence number. The tests read every signature with another implementation.
 */
type JwsType = (typeof JWS_TYPES)[keyof typeof JWS_TYPES];

export function signJws(type: JwsType, kid: string, payload: object, key: KeyObject): string {
  const header = encodeJson({ alg: 'EdDSA', typ: type, kid });
  const input = `${header}.${encodeJson(payload)}`;
  return `${input}.${sign(null, Buffer.from(input, 'ascii'), key).toString('base64url')}`;
}

/** The payload, unparsed by any schema, or null when it is not signed by this key as this type. Never throws. */
export function verifyJws(type: JwsType, jws: string, publicKeyX: string): unknown {
  const [header, payload, signature, ...rest] = jws.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return null;
  try {
    const head: unknown = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'));
    if (!isHeader(head) || head.alg !== 'EdDSA' || head.typ !== type || 'crit' in head) return null;
    const input = Buffer.from(`${header}.${payload}`, 'ascii');
    const bytes = Buffer.from(signature, 'base64url');
    // Node passes over letters that are none of base64url: others would not, to whom this may have to be shown.
    if (bytes.toString('base64url') !== signature) return null;
    if (!verify(null, input, publicKeyFrom(publicKeyX), bytes)) return null;
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown;
  } catch {
    return null;
  }
}

/** The raw 32 bytes of an Ed25519 public key as base64url: JWK `x`. */
export function publicKeyX(key: KeyObject): string {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  if (jwk.x === undefined) throw new Error('not an Ed25519 key');
  return jwk.x;
}

/** The last one is kept: a station verifies under one pinned key, and making the object costs half as much as using it. */
export function publicKeyFrom(x: string): KeyObject {
  if (lastKey?.x !== x)
    lastKey = { x, key: createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }) };
  return lastKey.key;
}
let lastKey: { readonly x: string; readonly key: KeyObject } | null = null;

/** From PKCS #8 DER, as the key store keeps it. */
export function privateKeyFrom(pkcs8: Buffer): KeyObject {
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
}

export function sha256(data: Uint8Array | string): Sha256 {
  return createHash('sha256').update(data).digest('hex') as Sha256;
}

function isHeader(value: unknown): value is { alg: unknown; typ: unknown } {
  return typeof value === 'object' && value !== null && 'alg' in value && 'typ' in value;
}

function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
