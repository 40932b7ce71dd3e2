import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  FAST_UNDER_MS,
  isReviewed,
  RISKS,
  risksOf,
  risksSchema,
  SAMPLE_ONE_IN,
  type Looked,
  type Risk,
} from '../../app/desk/review.ts';
import { sha256Schema } from '../../app/ids.ts';
import { DEFAULT_LIMITS, PART_NAMES, type PartName } from '../../app/enrollment/biometrics.ts';
import type { Part } from '../../app/enrollment/enrollment.ts';
import { newPacketId, TEST_NOW as NOW } from '../helpers/store.ts';

const part = (name: PartName, over: Partial<Part> = {}): Part => ({
  ...{ name, mediaType: 'x/y', size: 1, sha256: sha256Schema.parse('0'.repeat(64)), quality: 90 },
  ...{ capturedAt: new Date(NOW).toISOString(), attempts: 1, device: null },
  ...over,
});
const well: Looked = {
  parts: PART_NAMES.map((name) =>
    part(name, name === 'photo' || name === 'signature' ? { quality: null } : {}),
  ),
  ...{ exceptions: [], warnings: [], corrections: [] },
  startedAt: new Date(NOW - 4 * 60_000).toISOString(),
  recordedAt: NOW,
};
const withPart = (name: PartName, over: Partial<Part>): Looked => ({
  ...well,
  parts: well.parts.map((each) => (each.name === name ? { ...each, ...over } : each)),
});
const risks = (looked: Looked) => risksOf(looked, DEFAULT_LIMITS);
const took = (ms: number, more: Partial<Looked> = {}): Looked => ({
  ...well,
  startedAt: new Date(NOW - ms).toISOString(),
  ...more,
});
const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

describe('what makes a recording worth a second look', () => {
  test('nothing does where everything was captured well, in the usual time', () => {
    expect(risks(well)).toEqual([]);
  });

  test.each<[Risk['code'], Looked, readonly string[]]>([
    [
      'exception',
      {
        ...well,
        parts: well.parts.filter(({ name }) => name !== 'finger.left.ring'),
        exceptions: [{ part: 'finger.left.ring', reason: 'amputated', note: '' }],
      },
      ['finger.left.ring'],
    ],
    ['photoKept', withPart('photo', { override: 'Kamera rusak' }), ['photo']],
    ['scanKept', withPart('iris.left', { quality: 20, override: 'Katarak' }), ['iris.left']],
    ['scanKept', withPart('verify.left.index', { quality: 20, override: 'Kapalan' }), ['verify.left.index']],
    ['lowQuality', withPart('finger.right.index', { quality: 59, attempts: 3 }), ['finger.right.index']],
    ['lowQuality', withPart('iris.right', { quality: 49, attempts: 3 }), ['iris.right']],
    ['warning', { ...well, warnings: [{ code: 'nik.sex', reason: 'Sudah dicek' }] }, ['nik.sex']],
    [
      'correction',
      {
        ...well,
        corrections: ['nama', 'alamat', 'nama'].map((field) => ({
          field: field as 'nama',
          ...{ before: 'A', after: 'B', document: 'KK' },
          confirmed: { by: newPacketId() as never, at: new Date(NOW).toISOString() },
        })),
      },
      ['nama', 'alamat'],
    ],
    ['fast', took(FAST_UNDER_MS - 1), []],
    ['fast', took(0), []],
  ])('%s', (code, looked, at) => {
    expect(risks(looked)).toEqual([{ code, at }]);
  });

  test.each<[string, Looked]>([
    ['a finger at the threshold', withPart('finger.right.index', { quality: 60, attempts: 3 })],
    ['a photo and a signature that nothing scores', well],
    ['the very time that is too fast below it', took(FAST_UNDER_MS)],
    ['a clock that was put back in the middle', took(-60_000)],
    [
      'an amendment, however short',
      took(1_000, {
        amends: { packetId: newPacketId(), biodata: false, parts: ['finger.left.index'], reasons: [] },
        parts: [part('finger.left.index')],
      }),
    ],
  ])('%s is none', (_, looked) => {
    expect(risks(looked)).toEqual([]);
  });

  test('a part kept with a reason is told as that, and not as low besides', () => {
    expect(risks(withPart('finger.left.thumb', { quality: 5, attempts: 3, override: 'Luka' }))).toEqual([
      { code: 'scanKept', at: ['finger.left.thumb'] },
    ]);
  });

  test('all of them at once stand in their order, and fit what is stored', () => {
    const all = risks({
      ...took(1_000),
      parts: well.parts.map((each) => ({
        ...each,
        quality: 1,
        ...(each.name.startsWith('f') && { override: 'Luka' }),
      })),
      ...{ warnings: [{ code: 'old', reason: 'Benar' }], corrections: [] },
      exceptions: [{ part: 'iris.left', reason: 'blind', note: '' }],
    });
    expect(all.map(({ code }) => code)).toEqual(
      RISKS.filter((code) => code !== 'photoKept' && code !== 'correction'),
    );
    expect(risksSchema.parse(all)).toEqual(all);
  });
});

describe('who is looked at', () => {
  const risky: Risk[] = [{ code: 'fast', at: [] }];
  test('nobody when it is off, everybody under all, whatever speaks for or against them', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (text, isRisky) => {
        const found = isRisky ? risky : [];
        expect(isReviewed('off', found, hashOf(text))).toBe(false);
        expect(isReviewed('all', found, hashOf(text))).toBe(true);
        expect(isReviewed('sample', risky, hashOf(text))).toBe(true);
      }),
    );
  });

  test('of those without a risk about one in ten, the same ones each time', () => {
    const hashes = Array.from({ length: 5_000 }, (_, index) => hashOf(`${index}`));
    const drawn = hashes.filter((hash) => isReviewed('sample', [], hash));
    expect(drawn.length / hashes.length).toBeGreaterThan(0.8 / SAMPLE_ONE_IN);
    expect(drawn.length / hashes.length).toBeLessThan(1.2 / SAMPLE_ONE_IN);
    expect(hashes.filter((hash) => isReviewed('sample', [], hash))).toEqual(drawn);
  });
});
