import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto';
import { httpbis } from 'http-message-signatures';
import type { StationId } from '../../app/ids.ts';
import { SIGNATURE_LABEL, SIGNED_COMPONENTS } from '../../app/sync/protocol.ts';

export interface RequestToSign {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A JSON body, which content-digest (RFC 9530) covers; an upload's bytes are covered by its manifest instead. */
  readonly json?: Uint8Array;
}

export interface Signer {
  /** The request's headers with the signature. `centerNow`: milliseconds by the center's clock as far as known. */
  (request: RequestToSign, centerNow: number): Promise<Record<string, string>>;
}

/** RFC 9421 with Ed25519. Each call draws a new nonce, so each attempt of a request has its own signature. */
export function createSigner(stationId: StationId, key: KeyObject): Signer {
  const signingKey = {
    id: stationId,
    alg: 'ed25519',
    sign: (base: Buffer) => Promise.resolve(sign(null, base, key)),
  };
  return async (request, centerNow) => {
    const headers: Record<string, string> = { ...request.headers };
    const fields: string[] = [...SIGNED_COMPONENTS];
    if (request.json !== undefined) {
      headers['content-digest'] = contentDigest(request.json);
      fields.push('content-digest');
    }
    const signed = await httpbis.signMessage(
      {
        key: signingKey,
        name: SIGNATURE_LABEL,
        fields,
        params: ['created', 'nonce', 'keyid', 'alg'],
        paramValues: { created: new Date(centerNow), nonce: randomBytes(16).toString('base64url') },
      },
      // Neither scheme nor host is signed: the center may stand behind a balancer.
      { method: request.method, url: `https://center${request.target}`, headers },
    );
    return Object.fromEntries(
      Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
    );
  };
}

export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}
