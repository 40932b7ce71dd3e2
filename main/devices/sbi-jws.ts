import { verify, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { RekamError } from '../../app/errors.ts';

/** How far a device's certificate may lie outside its dates by our clock. */
const TOLERANCE_MS = 5 * 60_000;
const MIN_RSA_BITS = 2048;
const MAX_CHAIN = 6;

const headerSchema = z.object({
  alg: z.literal('RS256'),
  x5c: z.array(z.string().max(16_384)).min(1).max(MAX_CHAIN),
  // An extension that must be understood, and is not.
  crit: z.undefined().optional(),
});

export interface Trust {
  /** Certificates (DER, base64) of the providers that the center believes. */
  readonly anchors: readonly string[];
  /** Milliseconds since 1970, the best that the station knows. */
  readonly now: number;
}

/**
 * The payload of a device's compact JWS (RFC 7515): RS256, with the certificate chain in its own header. Believed when
 * the first certificate's key signed it and the chain reaches an anchor, all within their dates.
 * @throws RekamError device.untrusted (not signed as it should be, or out of date), device.foreign (no anchor reached)
 */
export function verifyDeviceJws(jws: string, trust: Trust): unknown {
  const [header = '', payload = '', signature = '', ...rest] = jws.split('.');
  if (signature === '' || rest.length > 0) throw untrusted('form');
  const head = headerSchema.safeParse(decodeJson(header));
  if (!head.success) throw untrusted('header');
  const chain = head.data.x5c.map(certificate);
  const leaf = chain[0];
  if (leaf === undefined) throw untrusted('header');
  const key = leaf.publicKey;
  if (key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) < MIN_RSA_BITS) {
    throw untrusted('key');
  }
  const input = Buffer.from(`${header}.${payload}`, 'ascii');
  if (!verify('RSA-SHA256', input, key, Buffer.from(signature, 'base64url'))) throw untrusted('signature');
  requireAnchor(chain, trust);
  return decodeJson(payload);
}

/** The payload of a JWS that nobody believes yet, or of a bare base64url text; null when it is neither. */
export function unverifiedPayload(jws: string): unknown {
  const parts = jws.split('.');
  try {
    return decodeJson(parts[1] ?? parts[0] ?? '');
  } catch {
    return null;
  }
}

function requireAnchor(chain: readonly X509Certificate[], trust: Trust): void {
  const anchors = trust.anchors.flatMap(readable);
  for (const [index, current] of chain.entries()) {
    requireDates(current, trust.now);
    if (anchors.some((anchor) => anchor.fingerprint256 === current.fingerprint256)) return;
    const issuer = anchors.find((anchor) => issued(current, anchor));
    if (issuer !== undefined) {
      requireDates(issuer, trust.now);
      return;
    }
    const next = chain[index + 1];
    if (next === undefined || !issued(current, next)) break;
  }
  throw new RekamError('device.foreign');
}

function issued(subject: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function requireDates(subject: X509Certificate, now: number): void {
  const [from, to] = [Date.parse(subject.validFrom), Date.parse(subject.validTo)];
  // Written so that a date which cannot be read refuses too.
  if (!(now >= from - TOLERANCE_MS && now <= to + TOLERANCE_MS)) throw untrusted('dates');
}

/** An anchor that cannot be read believes nothing, and must not keep the others from doing so. */
function readable(der: string): X509Certificate[] {
  try {
    return [withKey(new X509Certificate(Buffer.from(der, 'base64')))];
  } catch {
    return [];
  }
}

/** A certificate's key is read only when it is asked for: one that cannot be must show here. */
function withKey(read: X509Certificate): X509Certificate {
  if (read.publicKey.type !== 'public') throw new Error('no key');
  return read;
}

function certificate(der: string): X509Certificate {
  try {
    return withKey(new X509Certificate(Buffer.from(der, 'base64')));
  } catch (error) {
    throw untrusted('certificate', error);
  }
}

function decodeJson(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
  } catch (error) {
    throw untrusted('json', error);
  }
}

/** @param detail for the log and the telephone */
function untrusted(detail: string, cause?: unknown): RekamError {
  return new RekamError('device.untrusted', { detail }, cause);
}
