import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { X509Certificate } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { packetIdSchema } from '../../app/ids.ts';
import { openBlobs } from '../../center/blobs.ts';
import { loadCertificates } from '../../center/certificates.ts';
import { loadKeys } from '../../center/keys.ts';
import { gapsIn } from '../../center/reconcile.ts';
import { parseMetadata } from '../../center/uploads/manifest.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'rekam-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('gaps in a sequence', () => {
  test.each([
    [1, 5, [1, 2, 3, 4, 5], []],
    [1, 5, [], [{ from: 1, to: 5 }]],
    [
      1,
      9,
      [2, 3, 3, 7],
      [
        { from: 1, to: 1 },
        { from: 4, to: 6 },
        { from: 8, to: 9 },
      ],
    ],
    [4, 4, [4], []],
  ])('%i to %i with %j', (from, to, named, gaps) => {
    expect(gapsIn(from, to, named)).toEqual(gaps);
  });
});

test('Upload-Metadata is read as tus writes it, and nothing of it is trusted', () => {
  expect([...parseMetadata('packetId YWJj, manifest ZGVm')]).toEqual([
    ['packetId', 'abc'],
    ['manifest', 'def'],
  ]);
  expect(parseMetadata(undefined).size).toBe(0);
  expect(parseMetadata('__proto__ YWJj').get('__proto__')).toBe('abc');
});

test('a place for blobs that is not there yet is refused in words', async () => {
  await expect(openBlobs('s3://bucket/packets')).rejects.toThrow(/s3:\/\/ is not a place/);
});

test('a blob has its place whatever the letters of its id', async () => {
  const blobs = await openBlobs(path.join(folder, 'blobs'));
  for (const end of ['ab', 'CD', '09']) {
    const id = packetIdSchema.parse(`01a20efa-01c0-716a-8642-4d52741ae6${end}`);
    const file = path.join(folder, 'upload');
    writeFileSync(file, end);
    await blobs.keep(id, file);
    expect((await blobs.read(id)).toString()).toBe(end);
  }
});

describe('secrets of the data folder', () => {
  test("stay the same from start to start, and are nobody else's", async () => {
    const first = await loadKeys(folder);
    const again = await loadKeys(folder);
    expect(again.sealing).toEqual(first.sealing);
    expect(again.receipt.x).toBe(first.receipt.x);
    for (const name of ['sealing.age', 'receipt.pem'])
      expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test('the chain is a leaf for the hosts and the CA that signed it', async () => {
    const made = await loadCertificates(folder, ['center.losari.example']);
    expect(await loadCertificates(folder, ['center.losari.example'])).toEqual(made);
    const ca = new X509Certificate(made.caPem);
    const leaf = new X509Certificate(made.chainPem);
    expect(leaf.verify(ca.publicKey)).toBe(true);
    expect(leaf.ca).toBe(false);
    for (const host of ['localhost', 'center.losari.example']) expect(leaf.checkHost(host)).toBe(host);
    expect(leaf.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(statSync(path.join(folder, 'ca.pem')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(folder, 'ca.pem'), 'utf8')).toContain('PRIVATE KEY');
    // Another host gets another certificate of the same CA.
    const other = await loadCertificates(folder, ['10.0.0.7']);
    expect(other.caFingerprint).toBe(made.caFingerprint);
    expect(other.chainPem).not.toBe(made.chainPem);
  });
});
