import { describe, expect, test } from 'vitest';
import { packetIdSchema, stationIdSchema } from '../../app/ids.ts';
import {
  COURIER_PROBLEMS,
  packetFileName,
  packetOfFile,
  packFolderName,
  packJwsSchema,
  packSchema,
  receiptsLineSchema,
} from '../../app/sync/courier.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { en } from '../../renderer/i18n/en.ts';

const packetId = packetIdSchema.parse('0199a000-0000-7000-8000-000000000001');
const stationId = stationIdSchema.parse('5d1f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a01');
const listed = {
  packetId,
  sequence: 1,
  sha256: 'a'.repeat(64),
  size: 10,
  manifest: 'a.b.c',
  file: packetFileName(packetId),
};
const pack = { v: 1, stationId, madeAt: '2011-11-14T03:00:00.000Z', packets: [listed] };

describe('names on a disk', () => {
  test('a packet’s file says which it is, and no other name does', () => {
    expect(packetOfFile(packetFileName(packetId))).toBe(packetId);
    for (const name of [
      'paket.jws',
      `${packetId}`,
      `${packetId}.age.0123456789ab`,
      `../${packetId}.age`,
      '.age',
    ])
      expect(packetOfFile(name)).toBeNull();
  });

  test('two stations on one disk have a folder each', () => {
    expect(packFolderName(stationId)).toBe('rekam-kurir-5d1f2d4e');
  });
});

describe('the list', () => {
  test('names each packet once, by the file of its id', () => {
    expect(packSchema.safeParse(pack).success).toBe(true);
    for (const packets of [
      [],
      [listed, listed],
      [{ ...listed, file: '../paket.jws' }],
      [{ ...listed, file: `/etc/${listed.file}` }],
      [{ ...listed, size: 0 }],
      [{ ...listed, manifest: 'no jws' }],
      [{ ...listed, nik: '3209031402830007' }],
    ])
      expect(packSchema.safeParse({ ...pack, packets }).success).toBe(false);
    expect(packSchema.safeParse({ ...pack, v: 2 }).success).toBe(false);
    expect(packSchema.safeParse({ ...pack, more: 1 }).success).toBe(false);
  });

  test('may be far longer than any other JWS, of ten thousand packets', () => {
    expect(packJwsSchema.safeParse(`a.${'b'.repeat(20_000_000)}.c`).success).toBe(true);
    expect(packJwsSchema.safeParse('a.b').success).toBe(false);
    expect(packJwsSchema.safeParse('a.b.').success).toBe(false);
  });
});

describe('a line of the answer', () => {
  test.each([
    [{ type: 'receipt', receipt: 'a.b.c' }, true],
    [{ type: 'refused', packetId, problem: 'packet-hash' }, true],
    [{ type: 'refused', packetId, problem: 'packet-missing' }, true],
    [{ type: 'pack-refused', problem: 'pack-invalid' }, true],
    [{ type: 'refused', packetId, problem: 'something new' }, false],
    [{ type: 'refused', packetId: 'x', problem: 'packet-hash' }, false],
    [{ type: 'receipt', receipt: 'a' }, false],
    [{ type: 'other' }, false],
    [null, false],
  ])('%j: %s', (line, isOne) => {
    expect(receiptsLineSchema.safeParse(line).success).toBe(isOne);
  });

  test('each of its problems is said in both languages', () => {
    for (const problem of COURIER_PROBLEMS) {
      expect(words.courierProblem[problem]).toMatch(/^\p{Lu}.+\.$/u);
      expect(en.courierProblem[problem]).toMatch(/^\p{Lu}.+\.$/u);
    }
  });
});
