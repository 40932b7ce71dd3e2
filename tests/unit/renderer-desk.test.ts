import { describe, expect, test } from 'vitest';
import { registerValue, type Draft } from '../../app/desk/draft.ts';
import { biodataSchema } from '../../app/enrollment/biodata.ts';
import { STEPS } from '../../app/enrollment/biometrics.ts';
import { cropOf } from '../../app/enrollment/photo.ts';
import type { Correction } from '../../app/enrollment/enrollment.ts';
import { accountIdSchema } from '../../app/ids.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { keepBest } from '../../renderer/features/desk/capture.ts';
import {
  shownValue,
  typedValue,
  withCorrection,
  withoutCorrection,
  withReason,
} from '../../renderer/features/desk/corrections.ts';
import { cameraError } from '../../renderer/features/desk/photo.ts';
import { EMPTY_SCAN, SCAN_GAP_MS, SCAN_PAUSE_MS, scanKey } from '../../renderer/features/desk/scanner.ts';
import { decodeSignature, encodeSignature, signatureFault } from '../../renderer/features/desk/signature.ts';
import { DEFAULT_LIMITS as LIMITS } from '../../app/enrollment/biometrics.ts';
import { missingSteps, orderedSteps, railState, REVIEWED } from '../../renderer/features/desk/steps.ts';

const draft = (change: Partial<Draft> = {}) =>
  ({
    biodata: { nama: 'AGUS', rt: '003' },
    corrections: [],
    warnings: [],
    biodataConfirmed: true,
    parts: [],
    exceptions: [],
    approval: { at: '2011-11-14T05:00:00.000Z', by: 'touch' },
    ...change,
  }) as unknown as Draft;

describe('the order of steps', () => {
  test("is the office's, biodata first and review last, nothing lost and nothing twice", () => {
    const order = orderedSteps(['irises', 'photo', 'review', 'photo']);
    expect(order.slice(0, 3)).toEqual(['biodata', 'irises', 'photo']);
    expect(order.at(-1)).toBe('review');
    expect([...order].sort()).toEqual([...STEPS].sort());
    expect(orderedSteps(undefined)).toEqual(STEPS);
  });
  test('the rail follows confirmation, exceptions and approval', () => {
    expect(railState('biodata', draft({ biodataConfirmed: false }), LIMITS)).toBe('missing');
    expect(
      railState(
        'signature',
        draft({ exceptions: [{ part: 'signature', reason: 'unable', note: '' }] }),
        LIMITS,
      ),
    ).toBe('excepted');
    expect(railState('review', draft({ approval: null }), LIMITS)).toBe('missing');
    expect(missingSteps(draft(), STEPS, LIMITS)).toEqual([
      'photo',
      'signature',
      'right4',
      'left4',
      'thumbs',
      'irises',
    ]);
  });
});

test('the review shows all biodata that the resident approves', () => {
  expect(['nik', 'nama', ...REVIEWED].sort()).toEqual(Object.keys(biodataSchema.shape).sort());
});

function corrected(after: string): Correction {
  const confirmed = {
    by: accountIdSchema.parse('0b7f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a01'),
    at: '2011-11-14T05:00:00.000Z',
  };
  return { field: 'nama', before: 'AGUS', after, document: 'Akta 12', confirmed };
}

describe('a correction', () => {
  test("keeps the register's value as before, however often it is corrected", () => {
    const first = corrected('AGUS SALIM');
    const once = draft(withCorrection(draft(), first));
    expect(once.biodata.nama).toBe('AGUS SALIM');
    expect(registerValue(once, 'nama')).toBe('AGUS');
    const second = corrected('AGUS SALIM B');
    const twice = draft(withCorrection(once, second));
    expect(twice.corrections).toEqual([second]);
    expect(withoutCorrection(twice, 'nama')).toMatchObject({ corrections: [], biodata: { nama: 'AGUS' } });
  });
  test('takes confirmation, accepted warnings and approval away', () => {
    const warned = draft({ warnings: [{ code: 'nama.single', reason: 'Cocok dengan KK' }] });
    expect(withCorrection(warned, corrected('AGUS SALIM'))).toMatchObject({
      biodataConfirmed: false,
      warnings: [],
      approval: null,
    });
  });
  test('a warning answered at the pre-check stands with its reason, never over one that a person gave', () => {
    const early = { code: 'early', reason: 'Disetujui saat datang' } as const;
    const asked = draft(withReason(draft(), early));
    expect([asked.warnings, asked.approval]).toEqual([[early], null]);
    expect(withReason(asked, { ...early, reason: 'Lain' })).toEqual({});
  });
  test('types as the register does', () => {
    expect(typedValue('agama', '')).toBeNull();
    expect(typedValue('pekerjaan', '9')).toBe(9);
    expect(typedValue('rt', ' 4 ')).toBe('004');
    expect(typedValue('nama', 'agus salim')).toBe('AGUS SALIM');
  });
  test('a date is typed day first, however it is separated, and what is no date stays as typed', () => {
    for (const text of ['14-2-1983', '14/02/1983', '14 02 1983', '14021983']) {
      expect(typedValue('tanggalLahir', text)).toBe('1983-02-14');
    }
    expect(typedValue('tanggalLahir', '31-02-1983')).toBe('1983-02-31');
    expect(typedValue('tanggalLahir', 'Februari 1983')).toBe('Februari 1983');
    expect(shownValue('tanggalLahir', '1983-02-14')).toBe('14-02-1983');
    expect(typedValue('tanggalLahir', shownValue('tanggalLahir', '1983-02-14'))).toBe('1983-02-14');
  });
});

describe('a scanner that types', () => {
  /** @param late gaps that are longer, by the place of the key before which they come */
  const type = (text: string, gap: number, late: Record<number, number> = {}) => {
    let buffer = EMPTY_SCAN;
    let nik: string | null = null;
    let at = 1000;
    [...text, 'Enter'].forEach((key, index) => {
      at += late[index] ?? gap;
      ({ buffer, nik } = scanKey(buffer, key, at));
    });
    return nik;
  };
  test('opens with 16 digits and Enter', () => {
    expect(type('3209031402830007', 8)).toBe('3209031402830007');
  });
  test('opens although a busy computer holds keys back, and not from half a scan', () => {
    expect(type('3209031402830007', 8, { 5: 250, 16: SCAN_PAUSE_MS })).toBe('3209031402830007');
    expect(type('3209031402830007', 8, { 5: SCAN_PAUSE_MS + 1 })).toBeNull();
    expect(type('73209031402830007', 8, { 1: SCAN_PAUSE_MS + 1 })).toBe('3209031402830007');
  });
  test.each([
    ['slow hands', '3209031402830007', SCAN_GAP_MS + 1],
    ['15 digits', '320903140283000', 8],
    ['17 digits', '32090314028300071', 8],
    ['Enter alone', '', 8],
  ])('passes %s by', (_, text, gap) => {
    expect(type(text, gap)).toBeNull();
  });
});

describe('captures', () => {
  const of = (quality: number | null, content: number) =>
    ({
      part: { name: 'finger.left.thumb', quality, attempts: 1 },
      bytes: new Uint8Array([content]),
      preview: null,
    }) as unknown as Capture;
  test('the best attempt is kept and says how often it was tried', () => {
    const held = new Map([['finger.left.thumb', of(70, 1)] as const]);
    expect(keepBest(held, [of(40, 2)], 2)[0]).toMatchObject({
      bytes: new Uint8Array([1]),
      part: { quality: 70, attempts: 2 },
    });
    expect(keepBest(held, [of(71, 2)], 3)[0]).toMatchObject({
      bytes: new Uint8Array([2]),
      part: { attempts: 3 },
    });
    expect(keepBest(new Map(), [of(null, 2)], 1)[0]?.bytes).toEqual(new Uint8Array([2]));
  });
  test.each([
    [1280, 960],
    [640, 480],
    [480, 640],
    [300, 900],
  ])('a 3:4 piece of %i × %i lies inside it', (width, height) => {
    const crop = cropOf(width, height);
    expect(crop.width / crop.height).toBeCloseTo(3 / 4);
    expect(crop.x).toBeGreaterThanOrEqual(0);
    expect(crop.y + crop.height).toBeLessThanOrEqual(height + 0.001);
  });
  test("getUserMedia's refusals are one of two things to do", () => {
    expect(cameraError(new DOMException('', 'NotFoundError'))).toBe('camera.missing');
    expect(cameraError(new DOMException('', 'NotReadableError'))).toBe('camera.refused');
    expect(cameraError(new DOMException('', 'NotAllowedError'))).toBe('camera.refused');
  });
});

describe('a signature', () => {
  const stroke = (count: number) => ({
    points: Array.from({ length: count }, (_, index) => ({
      x: index * 10,
      y: 20,
      pressure: 0.5,
      time: 5000 + index * 8,
    })),
  });
  test('empty or a slip of the pen is refused', () => {
    expect(signatureFault([])).toBe('empty');
    expect(signatureFault([{ points: [] }])).toBe('empty');
    expect(signatureFault([stroke(3)])).toBe('short');
    expect(signatureFault([stroke(30)])).toBeNull();
  });
  test('keeps strokes with their time from the first point, at the size of the pad', () => {
    const look = { svg: '<svg/>', png: new Uint8Array([0x89, 0x50]) };
    const bytes = encodeSignature([stroke(3), stroke(2)], 640, look);
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({ svg: '<svg/>', png: 'iVA=' });
    const back = decodeSignature(bytes, 320, 24);
    expect(back.map((points) => points.length)).toEqual([3, 2]);
    expect(back[0]?.[2]).toEqual({ x: 10, y: 10, pressure: 0.5, time: 16 });
  });
  test('goes on in the same time when a stroke is added later, and under a clock that was put back', () => {
    const look = { svg: '<svg/>', png: new Uint8Array([0x89]) };
    const at = Date.parse('2011-11-14T03:00:00.000Z');
    const signed = (time: number) => ({
      points: [0, 40].map((t) => ({ x: t, y: 1, pressure: 0.5, time: time + t })),
    });
    const times = (bytes: Uint8Array): number[][] =>
      decodeSignature(bytes, 640, 0).map((points) => points.map(({ time }) => time));
    const first = encodeSignature([signed(at)], 640, look);
    const kept = decodeSignature(first, 640, at + 40).map((points) => ({ points }));
    const later = encodeSignature([...kept, signed(at + 60_000)], 640, look);
    expect(times(later).map((stroke) => stroke.map((time) => time + 60_040))).toEqual([
      [0, 40],
      [60_000, 60_040],
    ]);
    const back = encodeSignature([...kept, signed(Date.parse('2000-01-01T00:00:00.000Z'))], 640, look);
    expect(times(back).map((stroke) => stroke.map((time) => time + 80))).toEqual([
      [0, 40],
      [40, 80],
    ]);
  });
  test('that is not ours draws nothing', () => {
    expect(decodeSignature(new Uint8Array([1, 2]), 640, 0)).toEqual([]);
    expect(decodeSignature(new TextEncoder().encode('{"v":2}'), 640, 0)).toEqual([]);
  });
});
