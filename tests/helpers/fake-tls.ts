import '../../center/metadata.ts';
import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';
import { FINGERPRINT_LENGTH } from '../../app/sync/activation.ts';
import { base32 } from '../../app/sync/typed-code.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;

export interface FakeCa {
  readonly pem: string;
  /** As an activation code carries it. */
  readonly fingerprint: string;
  /** Chain and key of a server with these names; dates in days from now. */
  leaf(
    names?: readonly string[],
    days?: readonly [from: number, to: number],
  ): Promise<{ cert: string; key: string }>;
}

/** A certificate authority of the test's own. */
export async function fakeCa(name = 'CN=Test CA'): Promise<FakeCa> {
  x509.cryptoProvider.set(crypto);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name,
    notBefore: new Date(Date.now() - 4000 * DAY_MS),
    notAfter: new Date(Date.now() + 4000 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const pem = ca.toString('pem');
  return {
    pem,
    fingerprint: base32(
      createHash('sha256').update(new X509Certificate(pem).raw).digest(),
      FINGERPRINT_LENGTH,
    ),
    leaf: async (names = ['127.0.0.1'], [from, to] = [-1, 30]) => {
      const own = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const leaf = await x509.X509CertificateGenerator.create({
        subject: 'CN=Test server',
        issuer: ca.subject,
        notBefore: new Date(Date.now() + from * DAY_MS),
        notAfter: new Date(Date.now() + to * DAY_MS),
        signingAlgorithm: ALGORITHM,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: [
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
          ),
        ],
      });
      const pkcs8 = await crypto.subtle.exportKey('pkcs8', own.privateKey);
      return { cert: `${leaf.toString('pem')}\n${pem}`, key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') };
    },
  };
}
