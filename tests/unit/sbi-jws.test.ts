import '../../center/metadata.ts';
import * as x509 from '@peculiar/x509';
import { createPrivateKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { RekamError } from '../../app/errors.ts';
import { unverifiedPayload, verifyDeviceJws } from '../../main/devices/sbi-jws.ts';
import {
  deviceAuthority,
  encode,
  signAsDevice,
  type Authority,
  type DeviceKey,
} from '../../scripts/sbi/certificates.ts';

const MINUTE = 60_000;
const PAYLOAD = { bioType: 'Finger' };
let authority: Authority;
let device: DeviceKey;
let foreign: DeviceKey;

beforeAll(async () => {
  authority = await deviceAuthority();
  device = await authority.issue();
  foreign = await (await deviceAuthority()).issue();
}, 60_000);

/** The payload, or the code and the detail with which it is refused. */
function judged(jws: string, trust: { anchors?: readonly string[]; now?: number } = {}): unknown {
  try {
    return verifyDeviceJws(jws, {
      anchors: trust.anchors ?? [authority.anchor],
      now: trust.now ?? Date.now(),
    });
  } catch (error) {
    if (!(error instanceof RekamError)) throw error;
    return [error.code, ...Object.values(error.params)].join(' ');
  }
}

/** The same JWS with one of its three parts changed. */
function withPart(jws: string, index: 0 | 1 | 2, part: string): string {
  return jws.split('.').with(index, part).join('.');
}

describe('a device’s signature', () => {
  it('is believed when its chain reaches an anchor', () => {
    expect(judged(signAsDevice(device, PAYLOAD))).toEqual(PAYLOAD);
    expect(judged(signAsDevice(device, PAYLOAD), { anchors: ['bm90IGE=', authority.anchor] })).toEqual(
      PAYLOAD,
    );
  });

  it('is believed when the certificate itself is the anchor', () => {
    expect(judged(signAsDevice(device, PAYLOAD), { anchors: [device.x5c[0] ?? ''] })).toEqual(PAYLOAD);
  });

  it('is believed when the chain brings the anchor along', () => {
    const chain = { ...device, x5c: [...device.x5c, authority.anchor] };
    expect(judged(signAsDevice(chain, PAYLOAD))).toEqual(PAYLOAD);
  });

  it('is refused when the certificate’s key is none', () => {
    const der = Buffer.from(device.x5c[0] ?? '', 'base64');
    // SEQUENCE of modulus and exponent, at the head of the key's BIT STRING.
    const at = der.indexOf(Buffer.from('0382010f003082010a', 'hex'));
    expect(at).toBeGreaterThan(0);
    der[at + 5] = 0x31;
    const spoiled = der.toString('base64');
    expect(judged(signAsDevice({ ...device, x5c: [spoiled] }, PAYLOAD))).toBe('device.untrusted certificate');
    expect(judged(signAsDevice(device, PAYLOAD), { anchors: [spoiled, authority.anchor] })).toEqual(PAYLOAD);
  });

  it('is foreign when no anchor is reached, or none is named', () => {
    expect(judged(signAsDevice(foreign, PAYLOAD))).toBe('device.foreign');
    expect(judged(signAsDevice(device, PAYLOAD), { anchors: [] })).toBe('device.foreign');
  });

  it('is foreign when an anchor stands in the chain without having issued anything', () => {
    const posing = { ...foreign, x5c: [...foreign.x5c, authority.anchor] };
    expect(judged(signAsDevice(posing, PAYLOAD))).toBe('device.foreign');
  });

  it('is foreign when a device issues certificates as if it were a provider', async () => {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const rsa = { ...algorithm, publicExponent: Uint8Array.of(1, 0, 1), modulusLength: 2048 };
    const keys = await crypto.subtle.generateKey(rsa, true, ['sign', 'verify']);
    const own = device.key.export({ format: 'der', type: 'pkcs8' });
    const issued = await x509.X509CertificateGenerator.create({
      subject: 'CN=Made by a device',
      issuer: new x509.X509Certificate(device.x5c[0] ?? '').subject,
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: await crypto.subtle.importKey('pkcs8', own, algorithm, false, ['sign']),
    });
    const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
    const posing = {
      key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }),
      x5c: [Buffer.from(issued.rawData).toString('base64'), ...device.x5c],
    };
    expect(judged(signAsDevice(posing, PAYLOAD))).toBe('device.foreign');
    expect(judged(signAsDevice(posing, PAYLOAD), { anchors: device.x5c })).toBe('device.foreign');
  });

  it('is not believed over another payload, or by another key', () => {
    const jws = signAsDevice(device, PAYLOAD);
    expect(judged(withPart(jws, 1, encode({ bioType: 'Iris' })))).toBe('device.untrusted signature');
    const stolen = signAsDevice({ ...foreign, x5c: device.x5c }, PAYLOAD);
    expect(judged(stolen)).toBe('device.untrusted signature');
  });

  it('is not believed under another algorithm, or with an extension that must be understood', () => {
    const jws = signAsDevice(device, PAYLOAD);
    const head = { alg: 'RS256', typ: 'JWT', x5c: device.x5c };
    for (const header of [
      { ...head, alg: 'none' },
      { ...head, alg: 'HS256' },
      { ...head, x5c: [] },
      { ...head, crit: ['b64'] },
    ]) {
      expect(judged(withPart(jws, 0, encode(header)))).toBe('device.untrusted header');
    }
    expect(judged(withPart(jws, 0, encode({ ...head, x5c: ['bm8='] })))).toBe('device.untrusted certificate');
  });

  it.each(['', 'a.b', 'a.b.c.d', 'a.b.', '%%.%%.%%'])('is not believed in %j', (jws) => {
    expect(judged(jws)).toMatch(/^device\.untrusted/);
  });
});

describe('the dates of a certificate', () => {
  const from = new Date('2026-01-01T00:00:00Z');
  const to = new Date('2026-02-01T00:00:00Z');
  let dated: string;
  let anchors: readonly string[];
  beforeAll(async () => {
    const key = await authority.issue({ notBefore: from, notAfter: to });
    dated = signAsDevice(key, PAYLOAD);
    // Itself the anchor, so that no other dates count.
    anchors = key.x5c;
  });

  it.each([
    ['four minutes before the first', from.getTime() - 4 * MINUTE, PAYLOAD],
    ['four minutes after the last', to.getTime() + 4 * MINUTE, PAYLOAD],
    ['six minutes before the first', from.getTime() - 6 * MINUTE, 'device.untrusted dates'],
    ['six minutes after the last', to.getTime() + 6 * MINUTE, 'device.untrusted dates'],
  ])('count %s', (_when, now, expected) => {
    expect(judged(dated, { now, anchors })).toEqual(expected);
  });

  it('count for the anchor as well', async () => {
    const years = 365 * 86_400_000;
    const lasting = await authority.issue({ notAfter: new Date(Date.now() + 30 * years) });
    const jws = signAsDevice(lasting, PAYLOAD);
    expect(judged(jws, { now: Date.now() + 9 * years })).toEqual(PAYLOAD);
    expect(judged(jws, { now: Date.now() + 11 * years })).toBe('device.untrusted dates');
  });
});

it('takes no key that is short', async () => {
  const short = await authority.issue({ bits: 1024 });
  expect(judged(signAsDevice(short, PAYLOAD))).toBe('device.untrusted key');
});

it('reads an unsigned payload where there is no signature yet', () => {
  expect(unverifiedPayload(encode(PAYLOAD))).toEqual(PAYLOAD);
  expect(unverifiedPayload(signAsDevice(device, PAYLOAD))).toEqual(PAYLOAD);
  expect(unverifiedPayload('%%%')).toBeNull();
});
