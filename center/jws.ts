import type { KeyObject } from 'node:crypto';
import { CompactSign, compactVerify, decodeJwt } from 'jose';
import type { JWS_TYPES } from '../app/sync/protocol.ts';

type JwsType = (typeof JWS_TYPES)[keyof typeof JWS_TYPES];

/** Compact JWS, Ed25519 (RFC 8037). Deterministic: the same payload and key always give the same text. */
export function signJws(type: JwsType, kid: string, payload: object, key: KeyObject): Promise<string> {
  const bytes = Buffer.from(JSON.stringify(payload), 'utf8');
  return new CompactSign(bytes).setProtectedHeader({ alg: 'EdDSA', typ: type, kid }).sign(key);
}

/** The payload, unparsed by any schema, or null when it is not signed by this key as this type. */
export async function verifyJws(type: JwsType, jws: string, key: KeyObject): Promise<unknown> {
  try {
    const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['EdDSA'] });
    return protectedHeader.typ === type
      ? (JSON.parse(Buffer.from(payload).toString('utf8')) as unknown)
      : null;
  } catch {
    return null;
  }
}

/** What an unverified JWS claims, to learn whose key must verify it. */
export function peekJws(jws: string): unknown {
  try {
    return decodeJwt(jws);
  } catch {
    return null;
  }
}
