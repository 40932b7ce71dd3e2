import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatNik, nikSchema, nikWarnings, parseNik } from '../../app/enrollment/nik.ts';

const two = (value: number) => String(value).padStart(2, '0');
const nikOf = (wilayah: string, rawDay: number, month: number, year: number, serial: number) =>
  wilayah.replaceAll('.', '') + two(rawDay) + two(month) + two(year) + String(serial).padStart(4, '0');

/** The calendar's own answer, in whichever century makes the date possible. */
const isRealDate = (day: number, month: number, year: number) =>
  [1900, 2000].some((century) => {
    const date = new Date(0);
    date.setUTCFullYear(century + year, month - 1, day);
    return date.getUTCMonth() === month - 1 && date.getUTCDate() === day && month >= 1;
  });

const wilayah = fc
  .tuple(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 }), fc.integer({ min: 0, max: 99 }))
  .map((codes) => codes.map(two).join('.'));
const parts = fc
  .record({
    wilayah,
    day: fc.integer({ min: 1, max: 31 }),
    month: fc.integer({ min: 1, max: 12 }),
    year: fc.integer({ min: 0, max: 99 }),
    sex: fc.constantFrom(1 as const, 2 as const),
    serial: fc.integer({ min: 1, max: 9999 }),
  })
  .filter(({ day, month, year }) => isRealDate(day, month, year));
const build = (p: {
  wilayah: string;
  day: number;
  month: number;
  year: number;
  sex: 1 | 2;
  serial: number;
}) => nikOf(p.wilayah, p.day + (p.sex === 2 ? 40 : 0), p.month, p.year, p.serial);
const nik = parts.map(build);

describe('parseNik', () => {
  test('reads back what a NIK was made of, for men and women', () => {
    fc.assert(
      fc.property(parts, (made) => {
        const text = build(made);
        expect(parseNik(text)).toEqual({ ok: true, value: { nik: text, ...made } });
        expect(nikSchema.parse(text)).toBe(text);
      }),
    );
  });

  test.each([0, 1, 4, 10, 96, 99])('knows every impossible date of year %i', (year) => {
    for (let rawDay = 0; rawDay <= 99; rawDay++) {
      for (let month = 0; month <= 99; month++) {
        const text = nikOf('32.09.03', rawDay, month, year, 7);
        const possible = isRealDate(rawDay > 40 ? rawDay - 40 : rawDay, month, year);
        const read = parseNik(text);
        expect([text, read.ok ? 'possible' : read.error]).toEqual([text, possible ? 'possible' : 'nik.date']);
        expect([text, nikSchema.safeParse(text).success]).toEqual([text, possible]);
      }
    }
  });

  test.each([
    ['31 February', '3209033102830007', 'nik.date'],
    ['31 February of a woman', '3209037102830007', 'nik.date'],
    ['31 April', '3209033104830007', 'nik.date'],
    ['29 February in a year without one', '3209032902830007', 'nik.date'],
    ['day 00', '3209030002830007', 'nik.date'],
    ['day 32', '3209033201830007', 'nik.date'],
    ['day 40, which is neither', '3209034001830007', 'nik.date'],
    ['day 72', '3209037201830007', 'nik.date'],
    ['month 00', '3209031400830007', 'nik.date'],
    ['month 13', '3209031413830007', 'nik.date'],
    ['serial 0000', '3209031402830000', 'nik.serial'],
    ['fifteen digits', '320903140283007', 'nik.length'],
    ['seventeen digits', '32090314028300071', 'nik.length'],
    ['nothing', '', 'nik.length'],
    ['a letter O', '32O9031402830007', 'nik.digits'],
    ['a minus from a spreadsheet', '−3209031402830007', 'nik.digits'],
    ['digits of another script', '٣٢٠٩٠٣١٤٠٢٨٣٠٠٠٧', 'nik.digits'],
    ['a number in exponent form', '3.20903E+15', 'nik.digits'],
  ])('refuses %s', (_, text, error) => {
    expect(parseNik(text)).toEqual({ ok: false, error });
    expect(nikSchema.safeParse(text).success).toBe(false);
  });

  test.each([
    ['29 February 2000', '3209032902000007'],
    ['29 February 1996, a woman', '3209036902960007'],
    ['day 41, a woman of the first', '3209034101830007'],
    ['day 71, a woman of the 31st', '3209037101830007'],
  ])('accepts %s', (_, text) => {
    expect(parseNik(text).ok).toBe(true);
  });

  test('passes over separators, which the stored form may not hold', () => {
    const cuts = fc.array(fc.tuple(fc.nat(16), fc.constantFrom(' ', '.', '-', '\t', '\n')), { minLength: 1 });
    fc.assert(
      fc.property(nik, cuts, (text, separators) => {
        let typed: string = text;
        for (const [at, separator] of separators) typed = typed.slice(0, at) + separator + typed.slice(at);
        expect(parseNik(typed)).toEqual(parseNik(text));
        expect(nikSchema.safeParse(typed).success).toBe(false);
      }),
    );
  });

  test('never throws, and whatever it accepts is strictly a NIK', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^\d{14,18}$/)), (text) => {
        const read = parseNik(text);
        expect(!read.ok || nikSchema.safeParse(read.value.nik).success).toBe(true);
      }),
    );
  });

  test.each([undefined, null, 3209031402830007, {}, ['3209031402830007']])(
    'takes no %j for text',
    (value) => {
      expect(nikSchema.safeParse(value).success).toBe(false);
    },
  );
});

describe('formatNik', () => {
  test('shows groups of four that read back', () => {
    expect(formatNik('3209031402830007')).toBe('3209 0314 0283 0007');
    fc.assert(
      fc.property(nik, (text) => {
        expect(formatNik(text)).toMatch(/^\d{4} \d{4} \d{4} \d{4}$/);
        expect(parseNik(formatNik(text))).toEqual(parseNik(text));
      }),
    );
  });
});

describe('nikWarnings', () => {
  const read = parseNik('3209035402830007');
  if (!read.ok) throw new Error(read.error);
  const holder = { tanggalLahir: '1983-02-14', jenisKelamin: 2 as const, kecamatan: '32.09.03' };

  test('says nothing where register and number agree, in any century', () => {
    expect(nikWarnings(read.value, holder)).toEqual([]);
    expect(nikWarnings(read.value, { ...holder, tanggalLahir: '1883-02-14' })).toEqual([]);
  });

  test.each([
    ['nik.birthDate', { tanggalLahir: '1983-02-15' }],
    ['nik.birthDate', { tanggalLahir: '1983-03-14' }],
    ['nik.birthDate', { tanggalLahir: '1984-02-14' }],
    ['nik.sex', { jenisKelamin: 1 as const }],
    ['nik.wilayah', { kecamatan: '33.29.12' }],
  ])('tells %s alone for %j', (warning, change) => {
    expect(nikWarnings(read.value, { ...holder, ...change })).toEqual([warning]);
  });

  test('compares single digits as the date writes them', () => {
    fc.assert(
      fc.property(parts, (made) => {
        const own = parseNik(build(made));
        if (!own.ok) throw new Error(own.error);
        const tanggalLahir = `19${two(made.year)}-${two(made.month)}-${two(made.day)}`;
        expect(
          nikWarnings(own.value, { tanggalLahir, jenisKelamin: made.sex, kecamatan: made.wilayah }),
        ).toEqual([]);
      }),
    );
  });
});
