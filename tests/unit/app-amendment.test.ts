// What an amendment may carry, what it asks the desk for, and the enrollment that comes of it.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { askedFor, askedParts, hasStep, namedFields } from '../../app/desk/task.ts';
import {
  amendmentSchema,
  applyAmendment,
  type Amendment,
  type Whole,
} from '../../app/enrollment/amendment.ts';
import { PART_NAMES, STEPS, type Exception, type PartName } from '../../app/enrollment/biometrics.ts';
import { enrollmentSchema, type Correction, type Part } from '../../app/enrollment/enrollment.ts';
import { decodeAmendment, decodePacket, encodeAmendment, encodePacket } from '../../app/enrollment/packet.ts';
import type { Sha256 } from '../../app/ids.ts';
import { testBiodata } from '../helpers/store.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex') as Sha256;
const AT = '2011-11-14T05:00:00.000Z';
const FIRST = '019aa7d0-0000-7000-8000-000000000001';
const SECOND = '019aa7d0-0000-7000-8000-000000000002';
const STATION = '0b7f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a01';
const BIODATA = testBiodata(0);

const bytesOf = (name: PartName, content = 'first') => new Uint8Array(Buffer.from(`${content} ${name}`));
function part(name: PartName, content?: string): Part {
  const bytes = bytesOf(name, content);
  return {
    name,
    mediaType: 'application/octet-stream',
    size: bytes.length,
    sha256: sha256(bytes),
    quality: 80,
    capturedAt: AT,
    attempts: 1,
    device: null,
  };
}
function correction(field: Correction['field'], before: string, after: string): Correction {
  const confirmed = { by: STATION, at: AT } as Correction['confirmed'];
  return { field, before, after, document: 'KK', confirmed };
}

function whole(over: { corrections?: Correction[]; exceptions?: Exception[] } = {}): Whole {
  const exceptions = over.exceptions ?? [];
  const names = PART_NAMES.filter((name) => !exceptions.some((one) => one.part === name));
  return {
    enrollment: enrollmentSchema.parse({
      v: 1,
      packetId: FIRST,
      stationId: STATION,
      kecamatan: '32.09.03',
      biodata: BIODATA,
      corrections: over.corrections ?? [],
      warnings: [],
      early: false,
      parts: names.map((name) => part(name)),
      exceptions,
      approval: { at: AT, by: 'touch' },
      operator: { accountId: STATION, name: 'Operator Satu' },
      ticket: 7,
      startedAt: AT,
      recordedAt: AT,
      clockOffsetMs: null,
    }),
    parts: new Map(names.map((name) => [name, bytesOf(name)])),
  };
}

const RAW = {
  v: 1,
  packetId: SECOND,
  stationId: STATION,
  kecamatan: '32.09.03',
  amends: FIRST,
  nik: BIODATA.nik,
  biodata: null,
  parts: [],
  exceptions: [],
  approval: { at: '2011-11-20T05:00:00.000Z', by: 'pen' },
  operator: { accountId: STATION, name: 'Operator Dua' },
  startedAt: AT,
  recordedAt: '2011-11-20T05:00:00.000Z',
  clockOffsetMs: null,
};
const judged = (over: object = {}, corrections: Correction[] = []) => ({
  biodata: { ...BIODATA, ...over },
  corrections,
  warnings: [],
  early: false,
});
const amendment = (over: object): Amendment => amendmentSchema.parse({ ...RAW, ...over });

describe('an amendment', () => {
  test.each([
    ['changes nothing', {}],
    ['speaks of another NIK inside', { biodata: judged({ nik: testBiodata(1).nik }) }],
    ['has a part twice', { parts: [part('photo'), part('photo')] }],
    [
      'has a part both captured and excepted',
      { parts: [part('iris.left')], exceptions: [{ part: 'iris.left', reason: 'injury', note: '' }] },
    ],
    ['carries what nobody knows', { parts: [part('photo')], more: 1 }],
  ])('that %s is none', (_, over) => {
    expect(amendmentSchema.safeParse({ ...RAW, ...over }).success).toBe(false);
  });

  test('comes back from its packet, and is never taken for an enrollment', () => {
    const made = amendment({ parts: [part('iris.left', 'again')] });
    const parts = new Map([['iris.left' as const, bytesOf('iris.left', 'again')]]);
    const bytes = encodeAmendment(made, parts);
    expect(decodeAmendment(bytes, sha256)).toEqual({ ok: true, value: { amendment: made, parts } });
    expect(decodePacket(bytes, sha256)).toEqual({ ok: false, error: 'packet.schema' });
    const { enrollment, parts: all } = whole();
    expect(decodeAmendment(encodePacket(enrollment, all), sha256).ok).toBe(false);
    const wrong = encodeAmendment(made, new Map([['iris.left' as const, bytesOf('iris.left')]]));
    expect(decodeAmendment(wrong, sha256)).toEqual({ ok: false, error: 'packet.parts' });
  });
});

describe('laid over what it amends', () => {
  test('it changes the named part and nothing else', () => {
    const made = amendment({ parts: [part('iris.left', 'again')] });
    const result = applyAmendment(whole(), made, new Map([['iris.left', bytesOf('iris.left', 'again')]]));
    if (!result.ok) throw new Error(result.error);
    const { enrollment, parts } = result.value;
    expect(enrollment).toMatchObject({
      packetId: SECOND,
      biodata: BIODATA,
      ticket: 7,
      approval: RAW.approval,
    });
    const changed = [...parts].filter(([name, bytes]) => sha256(bytes) !== sha256(bytesOf(name)));
    expect(changed.map(([name]) => name)).toEqual(['iris.left']);
    expect([...parts.keys()].sort()).toEqual([...PART_NAMES].sort());
    for (const one of enrollment.parts)
      expect(one.sha256).toBe(sha256(parts.get(one.name) ?? new Uint8Array()));
  });

  test('corrections keep what the register said first', () => {
    const before = whole({ corrections: [correction('alamat', 'A', 'B'), correction('rt', '001', '002')] });
    const made = amendment({ biodata: judged({ alamat: 'C' }, [correction('alamat', 'B', 'C')]) });
    const result = applyAmendment(before, made, new Map());
    if (!result.ok) throw new Error(result.error);
    expect(result.value.enrollment.biodata.alamat).toBe('C');
    expect(result.value.enrollment.corrections).toMatchObject([
      { field: 'rt', before: '001', after: '002' },
      { field: 'alamat', before: 'A', after: 'C' },
    ]);
  });

  test('a part is captured or excepted, whichever was said last', () => {
    const lost: Exception = { part: 'finger.left.index', reason: 'injury', note: '' };
    const excepted = applyAmendment(whole(), amendment({ exceptions: [lost] }), new Map());
    if (!excepted.ok) throw new Error(excepted.error);
    const names = excepted.value.enrollment.parts.map(({ name }) => name);
    // The same finger taken again at the end goes with it.
    expect(names).not.toContain('finger.left.index');
    expect(names).not.toContain('verify.left.index');
    expect([...excepted.value.parts.keys()].sort()).toEqual([...names].sort());

    const iris: Exception = { part: 'iris.left', reason: 'injury', note: '' };
    const healed = applyAmendment(
      whole({ exceptions: [iris] }),
      amendment({ parts: [part('iris.left')] }),
      new Map([['iris.left', bytesOf('iris.left')]]),
    );
    expect(healed.ok && healed.value.enrollment.exceptions).toEqual([]);
  });

  test('it is refused over another packet, another person, or without its bytes', () => {
    const made = amendment({ parts: [part('photo', 'again')] });
    const error = (result: ReturnType<typeof applyAmendment>) => (result.ok ? null : result.error);
    const other = amendment({ parts: [part('photo')], amends: SECOND });
    expect(error(applyAmendment(whole(), other, new Map()))).toBe('amends');
    const stranger = amendment({ parts: [part('photo')], nik: testBiodata(1).nik });
    expect(error(applyAmendment(whole(), stranger, new Map()))).toBe('nik');
    expect(error(applyAmendment(whole(), made, new Map()))).toBe('parts');
  });
});

describe('what a rejection asks for', () => {
  const at = (...names: (string | null)[]) => names.map((name) => ({ code: 'x', at: name }));
  test.each([
    ['nothing named: the biodata', at(), true, []],
    ['a field: the biodata', at('alamat'), true, []],
    ['a part: that part alone', at('iris.left'), false, ['iris.left']],
    ['both', at('iris.left', 'alamat', 'photo'), true, ['photo', 'iris.left']],
    ['something unknown: the biodata, where a person looks', at('iris.third'), true, []],
  ])('%s', (_, reasons, biodata, parts) => {
    expect(askedFor(reasons)).toEqual({ biodata, parts });
  });

  test('only those steps are there; without an amendment all are', () => {
    const steps = (amends: Parameters<typeof hasStep>[1]) => STEPS.filter((step) => hasStep(step, amends));
    expect(steps(undefined)).toEqual(STEPS);
    expect(steps({ biodata: true, parts: [] })).toEqual(['biodata', 'review']);
    expect(steps({ biodata: false, parts: ['finger.left.index'] })).toEqual(['left4', 'review']);
    expect(steps({ biodata: false, parts: ['verify.left.index'] })).toEqual(['review']);
    expect(askedParts(undefined)).toEqual(PART_NAMES);
    expect(namedFields(at('desa', 'photo', 'alamat'))).toEqual(['alamat', 'desa']);
  });
});
