// The enrollment as a whole and its packet: the bytes that a station seals and the center must be able to trust.
import { createHash } from 'node:crypto';
import { decode, encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BIODATA_WARNINGS, CODES } from '../../app/enrollment/biodata.ts';
import { EXCEPTION_REASONS, PART_NAMES, type PartName } from '../../app/enrollment/biometrics.ts';
import { type Enrollment, enrollmentSchema } from '../../app/enrollment/enrollment.ts';
import { decodePacket, encodePacket, type PacketParts } from '../../app/enrollment/packet.ts';
import type { Sha256 } from '../../app/ids.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex') as Sha256;

const CONFIRMED = { by: '0b7f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a01', at: '2011-11-14T05:00:00.000Z' };

const instant = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const line = (max: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: max })
    .filter((text) => text.trim() !== '' && text.length <= 60);
const biodata = fc.record({
  nik: fc.constantFrom('3209035402830007', '3329121402000001'),
  noKk: fc.stringMatching(/^\d{16}$/),
  nama: fc
    .array(fc.constantFrom('Siti', "Nur'aini", 'H.', 'Ānanda', 'Wa-Ode'), { minLength: 1, maxLength: 4 })
    .map((names) => `${names.join(' ')} A`),
  tempatLahir: line(12),
  tanggalLahir: fc.constantFrom('1983-02-14', '2000-02-29'),
  jenisKelamin: fc.constantFrom(...CODES.jenisKelamin),
  golonganDarah: fc.constantFrom(...CODES.golonganDarah),
  agama: fc.option(fc.constantFrom(...CODES.agama)),
  statusKawin: fc.constantFrom(...CODES.statusKawin),
  pendidikan: fc.constantFrom(...CODES.pendidikan),
  pekerjaan: fc.integer({ min: 1, max: 89 }),
  kewarganegaraan: fc.constantFrom(...CODES.kewarganegaraan),
  alamat: line(24),
  rt: fc.constantFrom('001', '099'),
  rw: fc.constantFrom('001', '099'),
  desa: fc.constantFrom('32.09.03.2005', '33.29.12.2008'),
});

/** Each part captured or excepted; a photo is always there. */
const bodies = fc
  .tuple(
    ...PART_NAMES.map((name) =>
      fc.record({
        name: fc.constant(name),
        bytes: fc.uint8Array({ minLength: 1, maxLength: 48 }),
        lost: fc.boolean(),
      }),
    ),
  )
  .map((all) => all.map((part) => ({ ...part, lost: part.lost && part.name !== 'photo' })));

const packet = fc
  .record({
    all: bodies,
    biodata,
    quality: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
    reason: fc.constantFrom(...EXCEPTION_REASONS),
    warnings: fc
      .subarray([...BIODATA_WARNINGS])
      .map((codes) => codes.map((code) => ({ code, reason: 'Cocok dengan KK' }))),
    at: instant,
    ticket: fc.option(fc.integer({ min: 1, max: 999 })),
    clockOffsetMs: fc.option(fc.maxSafeInteger()),
    packetId: fc.uuid({ version: 7 }),
    stationId: fc.uuid(),
  })
  .map((made) => {
    const captured = made.all.filter((part) => !part.lost);
    const enrollment: Enrollment = enrollmentSchema.parse({
      v: 1,
      packetId: made.packetId,
      stationId: made.stationId,
      kecamatan: '32.09.03',
      biodata: made.biodata,
      corrections: [
        {
          field: 'nama',
          before: 'Sitti',
          after: made.biodata.nama,
          document: 'Akta lahir',
          confirmed: CONFIRMED,
        },
      ],
      warnings: made.warnings,
      early: false,
      parts: captured.map(({ name, bytes }) => ({
        name,
        mediaType: 'application/octet-stream',
        size: bytes.length,
        sha256: sha256(bytes),
        quality: made.quality,
        capturedAt: made.at,
        attempts: 1,
        device: name === 'photo' ? null : { make: 'Rekam', model: 'Simulasi', serialNo: '1' },
      })),
      exceptions: made.all
        .filter((part) => part.lost)
        .map(({ name }) => ({ part: name, reason: made.reason, note: 'sejak lahir' })),
      approval: { at: made.at, by: 'touch' },
      operator: { accountId: made.stationId, name: 'Operator Satu' },
      ticket: made.ticket,
      startedAt: made.at,
      recordedAt: made.at,
      clockOffsetMs: made.clockOffsetMs,
    });
    const parts: PacketParts = new Map(captured.map(({ name, bytes }) => [name, bytes]));
    return { enrollment, parts };
  });

const [SAMPLE] = fc.sample(packet, { numRuns: 1, seed: 14112011 });
if (SAMPLE === undefined) throw new Error('no sample');
const SEALABLE = encodePacket(SAMPLE.enrollment, SAMPLE.parts);
/** The sample as plain data, to be changed at will; `parts` by name. */
const raw = () => decode(SEALABLE) as { enrollment: Record<string, unknown>; parts: Record<string, unknown> };
const PRESENT = SAMPLE.enrollment.parts.map((part) => part.name);

describe('the enrollment', () => {
  const complaints = (change: Partial<Record<keyof Enrollment, unknown>>) =>
    enrollmentSchema
      .safeParse({ ...raw().enrollment, ...change })
      .error?.issues.map((issue) => issue.message);
  const lost = (part: PartName, reason = 'amputated', note = '') => ({ part, reason, note });
  const whole = PART_NAMES.map((name) => ({ ...SAMPLE.enrollment.parts[0], name }));
  const without = (...names: PartName[]) => whole.filter((part) => !names.includes(part.name));

  test('is whole with every part captured or excepted', () => {
    expect(complaints({})).toBeUndefined();
    expect(complaints({ parts: whole, exceptions: [] })).toBeUndefined();
    expect(
      complaints({ parts: without('iris.right'), exceptions: [lost('iris.right', 'blind')] }),
    ).toBeUndefined();
  });

  test('a part both captured and excepted is refused', () => {
    expect(complaints({ parts: whole, exceptions: [lost('iris.right', 'blind')] })).toEqual([
      'parts.excepted',
    ]);
  });

  test('a part that is neither is named', () => {
    expect(complaints({ parts: without('iris.right'), exceptions: [] })).toEqual([
      'parts.missing iris.right',
    ]);
    expect(complaints({ parts: without('photo'), exceptions: [] })).toEqual(['parts.missing photo']);
  });

  test('an excepted index finger is not asked again at the end', () => {
    const exceptions = [lost('finger.left.index')];
    expect(
      complaints({ parts: without('finger.left.index', 'verify.left.index'), exceptions }),
    ).toBeUndefined();
    expect(complaints({ parts: without('finger.left.index', 'verify.right.index'), exceptions })).toEqual([
      'parts.missing verify.right.index',
    ]);
  });

  test('the same part twice is refused', () => {
    expect(complaints({ parts: [...whole, whole[3]], exceptions: [] })).toEqual(['parts.twice']);
  });

  test('"other" is no reason without a note', () => {
    const parts = without('iris.right');
    expect(complaints({ parts, exceptions: [lost('iris.right', 'other')] })).toEqual(['exceptions.note']);
    expect(complaints({ parts, exceptions: [lost('iris.right', 'other', '   ')] })).toEqual([
      'exceptions.note',
    ]);
    expect(complaints({ parts, exceptions: [lost('iris.right', 'other', 'trauma')] })).toBeUndefined();
  });

  test('a photo cannot be excepted', () => {
    expect(complaints({ parts: without('photo'), exceptions: [lost('photo')] })).not.toBeUndefined();
  });

  test.each([
    { v: 2 },
    { packetId: '3b241101-e2bb-4255-8caf-4136c566a962' },
    { kecamatan: '320903' },
    { recordedAt: '2011-11-14T12:00:00+07:00' },
    { recordedAt: '2011-11-14T12:00:00Z' },
    { ticket: 0 },
    { clockOffsetMs: 0.5 },
    { corrections: [{ field: 'nama', before: 'a', after: 'b', document: ' ', confirmed: CONFIRMED }] },
    { corrections: [{ field: 'umur', before: 1, after: 2, document: 'KK', confirmed: CONFIRMED }] },
    { corrections: [{ field: 'nama', before: 'a', after: 'b', document: 'KK' }] },
    { warnings: [{ code: 'nik.date', reason: 'Cocok dengan KK' }] },
    { warnings: [{ code: 'early', reason: ' ' }] },
    { smuggled: true },
  ])('refuses %j', (change) => {
    expect(complaints(change as Partial<Record<keyof Enrollment, unknown>>)).not.toBeUndefined();
  });
});

describe('the packet', () => {
  test('comes back whole, byte for byte, and is always the same bytes', () => {
    fc.assert(
      fc.property(packet, ({ enrollment, parts }) => {
        const bytes = encodePacket(enrollment, parts);
        const read = decodePacket(bytes, sha256);
        if (!read.ok) throw new Error(read.error);
        expect(read.value.enrollment).toEqual(enrollment);
        expect(new Map(read.value.parts)).toEqual(new Map(parts));
        expect(encodePacket(read.value.enrollment, read.value.parts)).toEqual(bytes);
        // Neither the order in which parts were captured, nor that of keys, nor Node's own kind of bytes shows.
        const otherOrder = Object.fromEntries(Object.entries(enrollment).reverse()) as Enrollment;
        const otherParts = new Map(
          [...parts].reverse().map(([name, content]) => [name, Buffer.from(content)]),
        );
        expect(encodePacket(otherOrder, otherParts)).toEqual(bytes);
      }),
    );
  });

  test('a changed byte never throws and never brings a part whose hash is wrong', () => {
    const flip = fc.tuple(fc.nat(SEALABLE.length - 1), fc.integer({ min: 1, max: 255 }));
    // Each byte once: two changes of one could undo each other.
    const changes = fc.uniqueArray(flip, { minLength: 1, maxLength: 3, selector: ([at]) => at });
    fc.assert(
      fc.property(changes, (flips) => {
        const bytes = SEALABLE.slice();
        for (const [at, bits] of flips) bytes[at] = (bytes[at] ?? 0) ^ bits;
        expect(flaw(bytes)).toBeNull();
      }),
      { numRuns: 3000 },
    );
  });

  test('a changed byte inside a part is always refused', () => {
    for (const [name, content] of SAMPLE.parts) {
      const entry = Buffer.concat([encode(name), encode(content)]);
      const at = Buffer.from(SEALABLE).indexOf(entry) + entry.length - content.length;
      for (let offset = 0; offset < content.length; offset++) {
        const bytes = SEALABLE.slice();
        bytes[at + offset] = (bytes[at + offset] ?? 0) ^ 1;
        expect(decodePacket(bytes, sha256)).toEqual({ ok: false, error: 'packet.parts' });
      }
    }
  });

  test('cut anywhere, or with anything behind it, it is unreadable', () => {
    for (let length = 0; length < SEALABLE.length; length++) {
      expect(decodePacket(SEALABLE.subarray(0, length), sha256)).toEqual({
        ok: false,
        error: 'packet.unreadable',
      });
    }
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (tail) => {
        expect(decodePacket(Buffer.concat([SEALABLE, tail]), sha256)).toEqual({
          ok: false,
          error: 'packet.unreadable',
        });
      }),
    );
  });

  test('junk is refused, as bytes and as well-formed CBOR', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.jsonValue().map((json) => encode(json)),
      fc
        .record({ enrollment: fc.jsonValue(), parts: fc.dictionary(fc.string(), fc.uint8Array()) })
        .map((odd) => encode(odd)),
      fc.tuple(fc.constantFrom(...Object.keys(raw().enrollment)), fc.jsonValue()).map(([key, odd]) => {
        const copy = raw();
        return encode({ ...copy, enrollment: { ...copy.enrollment, [key]: { odd } } });
      }),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        expect(decodePacket(bytes, sha256).ok).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('nesting without end is refused, not a crash', () => {
    expect(decodePacket(new Uint8Array(2_000_000).fill(0x81), sha256)).toEqual({
      ok: false,
      error: 'packet.unreadable',
    });
  });

  test.each(['iris.third', 'photo2', '__proto__', 'constructor', ''])(
    'an extra part %j is refused',
    (name) => {
      const copy = raw();
      Object.defineProperty(copy.parts, name, { value: Uint8Array.of(1), enumerable: true });
      expect(decodePacket(encode(copy), sha256)).toEqual({ ok: false, error: 'packet.parts' });
    },
  );

  test('bytes of a part that the enrollment excepts are refused', () => {
    const [lost] = SAMPLE.enrollment.exceptions;
    if (lost === undefined) throw new Error('the sample excepts nothing');
    const copy = raw();
    copy.parts[lost.part] = Uint8Array.of(1);
    expect(decodePacket(encode(copy), sha256)).toEqual({ ok: false, error: 'packet.parts' });
  });

  test.each(PRESENT)('without the bytes of %s it is refused', (name) => {
    const copy = raw();
    delete copy.parts[name];
    expect(decodePacket(encode(copy), sha256)).toEqual({ ok: false, error: 'packet.parts' });
  });

  test('two parts that change places are refused', () => {
    const copy = raw();
    const [one, other] = PRESENT;
    if (one === undefined || other === undefined) throw new Error('the sample has too few parts');
    [copy.parts[one], copy.parts[other]] = [copy.parts[other], copy.parts[one]];
    expect(decodePacket(encode(copy), sha256)).toEqual({ ok: false, error: 'packet.parts' });
  });

  test.each([['a text'], [[1, 2]], [null], [{ 0: 1 }]])('bytes that are %j are refused', (content) => {
    const copy = raw();
    copy.parts['photo'] = content;
    expect(decodePacket(encode(copy), sha256)).toEqual({ ok: false, error: 'packet.schema' });
  });

  test.each([[Uint8Array.of(1)], [[]], [null], ['photo']])('parts that are %j are refused', (parts) => {
    expect(decodePacket(encode({ ...raw(), parts }), sha256).ok).toBe(false);
  });

  test('a key that stands twice is refused', () => {
    const photo = encode({ photo: SAMPLE.parts.get('photo') }).subarray(1);
    const parts = Buffer.concat([Uint8Array.of(0xa2), photo, photo]);
    const [enrollmentKey, partsKey] = [encode('enrollment'), encode('parts')];
    const twice = Buffer.concat([
      Uint8Array.of(0xa2),
      partsKey,
      parts,
      enrollmentKey,
      encode(raw().enrollment),
    ]);
    expect(decodePacket(twice, sha256)).toEqual({ ok: false, error: 'packet.unreadable' });
    const once = Buffer.concat([Uint8Array.of(0xa1), photo]);
    const honest = Buffer.concat([
      Uint8Array.of(0xa2),
      partsKey,
      once,
      enrollmentKey,
      encode(raw().enrollment),
    ]);
    expect(decodePacket(honest, sha256)).toEqual({ ok: false, error: 'packet.parts' });
  });

  test('a part described twice is refused', () => {
    const copy = raw();
    const parts = copy.enrollment['parts'] as unknown[];
    parts.push(parts[0]);
    expect(decodePacket(encode(copy), sha256)).toEqual({ ok: false, error: 'packet.schema' });
  });
});

/** What is wrong with what these bytes decode to; null when they are refused or all fits together. */
function flaw(bytes: Uint8Array): string | null {
  const read = decodePacket(bytes, sha256);
  if (!read.ok) return null;
  const { enrollment, parts } = read.value;
  if (parts.size !== enrollment.parts.length) return 'parts';
  for (const part of enrollment.parts) {
    const content = parts.get(part.name);
    if (content === undefined || content.length !== part.size || sha256(content) !== part.sha256)
      return part.name;
  }
  const again = encodePacket(enrollment, parts);
  return Buffer.from(again).equals(SEALABLE) ? 'the change went unseen' : null;
}
