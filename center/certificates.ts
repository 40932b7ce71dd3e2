import './metadata.ts';
import { createHash, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import { FINGERPRINT_LENGTH } from '../app/sync/activation.ts';
import { base32 } from '../app/sync/typed-code.ts';
import { keep } from './keys.ts';

// P-256, since every TLS library and every Chromium takes it; Ed25519 certificates are not taken by all.
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
const LEAF_DAYS = 397;
/** A leaf with less than this left is made anew at the next start. */
const LEAF_RENEW_DAYS = 60;

type CryptoKeyOf = Parameters<typeof crypto.subtle.exportKey>[1];

export interface Certificates {
  /** The CA alone: what a station pins. */
  readonly caPem: string;
  /** As the activation code carries it. */
  readonly caFingerprint: string;
  /** Leaf and CA: the station compares the last one of the chain with its code. */
  readonly chainPem: string;
  readonly keyPem: string;
}

/** The center's own CA and a certificate for these hosts, kept in the data folder; made at the first start. */
export async function loadCertificates(data: string, hosts: readonly string[]): Promise<Certificates> {
  x509.cryptoProvider.set('default', crypto);
  // One file each for what belongs together, so that no crash can part a key from its certificate.
  const ca = await keep(path.join(data, 'ca.pem'), makeCa);
  const caPem = certificateOf(ca);
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...hosts])];
  const leaf = await keepLeaf(data, ca, names);
  return {
    caPem,
    caFingerprint: fingerprint(caPem),
    chainPem: `${certificateOf(leaf)}\n${caPem}\n`,
    keyPem: keyOf(leaf),
  };
}

export function fingerprint(caPem: string): string {
  return base32(createHash('sha256').update(new X509Certificate(caPem).raw).digest(), FINGERPRINT_LENGTH);
}

async function makeCa(): Promise<string> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Rekam center CA',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + CA_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return bundle(certificate, keys.privateKey);
}

async function keepLeaf(data: string, ca: string, names: readonly string[]): Promise<string> {
  // The names are part of the file's name: another --host gets another certificate.
  const key = createHash('sha256').update(names.join(' ')).digest('hex').slice(0, 12);
  for (let generation = 1; ; generation += 1) {
    const leaf = await keep(path.join(data, `tls-${key}-${generation}.pem`), () => makeLeaf(ca, names));
    const left = new X509Certificate(certificateOf(leaf)).validToDate.getTime() - Date.now();
    if (left > LEAF_RENEW_DAYS * DAY_MS) return leaf;
  }
}

async function makeLeaf(ca: string, names: readonly string[]): Promise<string> {
  const issuer = new x509.X509Certificate(certificateOf(ca));
  const der = Buffer.from(keyOf(ca).replace(/-----[^-]+-----/g, ''), 'base64');
  const signingKey = await crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: 'CN=Rekam center',
    issuer: issuer.subject,
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + LEAF_DAYS * DAY_MS),
    signingAlgorithm: ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return bundle(certificate, keys.privateKey);
}

async function bundle(certificate: x509.X509Certificate, key: CryptoKeyOf): Promise<string> {
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', key);
  return `${certificate.toString('pem')}\n${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`;
}

function certificateOf(text: string): string {
  return block(text, 'CERTIFICATE');
}

function keyOf(text: string): string {
  return block(text, 'PRIVATE KEY');
}

function block(text: string, label: string): string {
  const found = new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`).exec(text)?.[0];
  if (found === undefined) throw new Error(`no ${label} in a key file of the center`);
  return found;
}
