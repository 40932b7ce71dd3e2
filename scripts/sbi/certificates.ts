import '../../center/metadata.ts';
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import * as x509 from '@peculiar/x509';
import { keep } from '../../center/keys.ts';

/** The certificates of a device provider that does not exist: a CA, and device keys under it. */
export interface Authority {
  /** X.509, DER, base64: what a policy names as an anchor. */
  readonly anchor: string;
  /** @param options.bits of the RSA key */
  issue(options?: {
    readonly notBefore?: Date;
    readonly notAfter?: Date;
    readonly bits?: number;
  }): Promise<DeviceKey>;
}

export interface DeviceKey {
  readonly key: KeyObject;
  /** Leaf first. */
  readonly x5c: readonly string[];
}

const ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: Uint8Array.of(1, 0, 1),
  modulusLength: 2048,
};
const DAY_MS = 86_400_000;

/** @param folder where the CA's key lies, made at the first start; without one it lives as long as the process */
export async function deviceAuthority(folder: string | null = null): Promise<Authority> {
  x509.cryptoProvider.set('default', crypto);
  if (folder === null) return open(await make());
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return open(await keep(path.join(folder, 'sbi-ca.pem'), make));
}

/** Compact JWS as a device makes it: RS256, its chain in the header. */
export function signAsDevice({ key, x5c }: DeviceKey, payload: object): string {
  const input = `${encode({ alg: 'RS256', typ: 'JWT', x5c })}.${encode(payload)}`;
  return `${input}.${sign('RSA-SHA256', Buffer.from(input, 'ascii'), key).toString('base64url')}`;
}

export function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}

async function make(): Promise<string> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Rekam device simulator CA',
    notBefore: new Date(Date.now() - DAY_MS),
    notAfter: new Date(Date.now() + 3650 * DAY_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const pkcs8 = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
  return `${certificate.toString('pem')}\n${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n`;
}

async function open(pem: string): Promise<Authority> {
  const [der, pkcs8] = x509.PemConverter.decode(pem);
  if (der === undefined || pkcs8 === undefined) throw new Error('sbi-ca.pem holds no certificate and key');
  const issuer = new x509.X509Certificate(der);
  const signingKey = await crypto.subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']);
  return {
    anchor: Buffer.from(der).toString('base64'),
    issue: async ({ notBefore, notAfter, bits = ALGORITHM.modulusLength } = {}) => {
      const algorithm = { ...ALGORITHM, modulusLength: bits };
      const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        subject: 'CN=Rekam device simulator',
        issuer: issuer.subject,
        notBefore: notBefore ?? new Date(Date.now() - DAY_MS),
        notAfter: notAfter ?? new Date(Date.now() + 397 * DAY_MS),
        signingAlgorithm: ALGORITHM,
        publicKey: keys.publicKey,
        signingKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        ],
      });
      const own = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
      return {
        key: createPrivateKey({ key: own, format: 'der', type: 'pkcs8' }),
        x5c: [Buffer.from(certificate.rawData).toString('base64')],
      };
    },
  };
}
