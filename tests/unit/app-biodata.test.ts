import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  ageOn,
  BIODATA_ERRORS,
  BIODATA_WARNINGS,
  type BiodataErrorCode,
  type BiodataField,
  biodataSchema,
  CODES,
  checkBiodata,
  ktpStanding,
  PEKERJAAN_MAX,
  photoBackground,
} from '../../app/enrollment/biodata.ts';

const TODAY = '2011-11-14';
const LOSARI = '32.09.03';
const GOOD = {
  nik: '3209035402830007',
  noKk: '3209031708070012',
  nama: 'Siti Aminah',
  tempatLahir: 'Cirebon',
  tanggalLahir: '1983-02-14',
  jenisKelamin: 2,
  golonganDarah: 13,
  agama: 1,
  statusKawin: 2,
  pendidikan: 3,
  pekerjaan: 2,
  kewarganegaraan: 1,
  alamat: 'Blok Karang Anyar',
  rt: '002',
  rw: '011',
  desa: '32.09.03.2005',
};
const FIELDS = Object.keys(GOOD) as BiodataField[];
const check = (change: object, today = TODAY) => checkBiodata({ ...GOOD, ...change }, today, LOSARI);
const words = (items: readonly { field: string; code: string }[]) =>
  items.map((it) => `${it.field} ${it.code}`);

/** Which errors may stand beside which field; the codes without a rule of their own say `code`. */
const MAY: Partial<Record<BiodataField, BiodataErrorCode[]>> = {
  nik: ['nik', 'nik.digits', 'nik.length', 'nik.date', 'nik.serial'],
  noKk: ['noKk'],
  nama: ['nama.empty', 'nama.long', 'nama.letters'],
  tempatLahir: ['tempatLahir'],
  tanggalLahir: ['tanggalLahir', 'tanggalLahir.future', 'underAge'],
  alamat: ['alamat'],
  rt: ['rt'],
  rw: ['rw'],
  desa: ['code', 'otherKecamatan'],
};

const WRONG: [BiodataField, unknown, string[]][] = [
  ['nik', 'satu', ['nik.digits']],
  ['nik', '320903540283000', ['nik.length']],
  ['nik', '3209037202830007', ['nik.date']],
  ['nik', '3209035402830000', ['nik.serial']],
  ['nik', '3209 0354 0283 0007', ['nik']],
  ['nik', 3209035402830007, ['nik']],
  ['noKk', '', ['noKk']],
  ['noKk', '320903170807001', ['noKk']],
  ['noKk', null, ['noKk']],
  ['nama', '', ['nama.empty']],
  ['nama', '   ', ['nama.empty']],
  ['nama', null, ['nama.empty']],
  ['nama', `Siti ${'a'.repeat(56)}`, ['nama.long']],
  ['nama', 'S1ti Aminah', ['nama.letters']],
  ['nama', 'Siti\nAminah', ['nama.letters']],
  ['nama', '. -', ['nama.letters']],
  ['tempatLahir', ' ', ['tempatLahir']],
  ['tempatLahir', 'x'.repeat(61), ['tempatLahir']],
  ['tanggalLahir', '1983-02-31', ['tanggalLahir']],
  ['tanggalLahir', '14-02-1983', ['tanggalLahir']],
  ['tanggalLahir', '2011-11-15', ['tanggalLahir.future']],
  ['tanggalLahir', null, ['tanggalLahir']],
  ['jenisKelamin', 0, ['code']],
  ['jenisKelamin', '1', ['code']],
  ['golonganDarah', 14, ['code']],
  ['agama', 8, ['code']],
  ['statusKawin', 5, ['code']],
  ['pendidikan', 11, ['code']],
  ['pekerjaan', 90, ['code']],
  ['pekerjaan', 0, ['code']],
  ['pekerjaan', 1.5, ['code']],
  ['kewarganegaraan', 3, ['code']],
  ['alamat', '', ['alamat']],
  ['alamat', 'x'.repeat(121), ['alamat']],
  ['rt', '2', ['rt']],
  ['rw', '0011', ['rw']],
  ['desa', '3209032005', ['code']],
  ['desa', '33.29.12.2005', ['otherKecamatan']],
];

describe('checkBiodata', () => {
  test('finds nothing in good biodata', () => {
    expect(check({})).toEqual({ errors: [], warnings: [] });
  });

  test.each(WRONG)('%s %j is an error', (field, value, codes) => {
    const { errors, warnings } = check({ [field]: value });
    expect(errors).toEqual(codes.map((code) => ({ field, code })));
    // An error is never told a second time as a warning, nor counted among them.
    expect(words(warnings)).toEqual(value === '2011-11-15' ? ['nik nik.birthDate'] : []);
  });

  test('every listed error can be met', () => {
    const met = new Set([...WRONG.flatMap(([, , codes]) => codes), 'underAge']);
    expect([...met].sort()).toEqual([...BIODATA_ERRORS].sort());
    expect(words(check({ statusKawin: 1, tanggalLahir: '1999-02-14' }).errors)).toEqual([
      'tanggalLahir underAge',
    ]);
  });

  test('asks for each field that is missing', () => {
    const { errors } = checkBiodata({}, TODAY, LOSARI);
    expect(errors.map((error) => error.field)).toEqual(FIELDS);
    for (const field of FIELDS) {
      const { [field]: _, ...rest } = GOOD;
      const [error, ...others] = checkBiodata(rest, TODAY, LOSARI).errors;
      expect(others).toEqual([]);
      expect(error?.field).toBe(field);
      expect(MAY[field] ?? ['code']).toContain(error?.code);
    }
  });

  test('accepts every code of the lists, and religion left empty', () => {
    for (const [field, codes] of Object.entries(CODES)) {
      for (const code of codes) expect(check({ [field]: code }).errors).toEqual([]);
    }
    for (let code = 1; code <= PEKERJAAN_MAX; code++) expect(check({ pekerjaan: code }).errors).toEqual([]);
    expect(check({ agama: null }).errors).toEqual([]);
  });

  test.each([
    "Nur'aini Ni Luh",
    'Dr. H. Abdul-Rahman, S.Ag.',
    'Ānanda Ñuñez',
    'A'.repeat(30) + ' ' + 'B'.repeat(29),
  ])('takes the name %s', (nama) => {
    expect(check({ nama })).toEqual({ errors: [], warnings: [] });
  });

  test.each([
    ['nik nik.birthDate', { tanggalLahir: '1983-02-15' }],
    ['nik nik.sex', { jenisKelamin: 1 }],
    ['nik nik.wilayah', { nik: '3329125402830007' }],
    ['tanggalLahir old', { tanggalLahir: '1900-02-14', nik: '3209035402000007' }],
    ['tanggalLahir early', { tanggalLahir: '1995-02-14', nik: '3209035402950007', statusKawin: 1 }],
  ])('%s warns and blocks nothing', (warning, change) => {
    const { errors, warnings } = check(change);
    expect(errors).toEqual([]);
    expect(words(warnings)).toEqual([warning]);
    expect(BIODATA_WARNINGS).toContain(warnings[0]?.code);
  });

  test.each(['Siti', ' Siti  '])('a name of one word warns where it was corrected to one: %j', (nama) => {
    const named = (field: BiodataField) => checkBiodata({ ...GOOD, nama }, TODAY, LOSARI, [{ field }]);
    expect(named('nama')).toEqual({ errors: [], warnings: [{ field: 'nama', code: 'nama.single' }] });
    expect(named('alamat').warnings).toEqual([]);
    expect(check({ nama }).warnings).toEqual([]);
    expect(checkBiodata(GOOD, TODAY, LOSARI, [{ field: 'nama' }]).warnings).toEqual([]);
  });

  test('tells the two kecamatan of the same name apart', () => {
    const brebes = { ...GOOD, desa: '33.29.12.2008' };
    expect(words(checkBiodata(brebes, TODAY, LOSARI).errors)).toEqual(['desa otherKecamatan']);
    expect(checkBiodata(brebes, TODAY, '33.29.12').errors).toEqual([]);
    expect(words(checkBiodata(GOOD, TODAY, '33.29.12').errors)).toEqual(['desa otherKecamatan']);
  });

  test('someone who moved in keeps a NIK from elsewhere', () => {
    expect(check({ nik: '3329121402830007' })).toEqual({
      errors: [],
      warnings: [
        { field: 'nik', code: 'nik.sex' },
        { field: 'nik', code: 'nik.wilayah' },
      ],
    });
  });

  test('never throws on any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (input) => {
        const { errors } = checkBiodata(input, TODAY, LOSARI);
        expect(errors.length).toBeGreaterThan(0);
        for (const error of errors) expect(MAY[error.field] ?? ['code']).toContain(error.code);
      }),
    );
  });

  test('one field gone wrong is told at that field, in its own words', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.string({ unit: 'binary', maxLength: 130 }),
      fc.integer({ min: -5, max: 95 }),
      fc.stringMatching(/^\d{2}\.\d{2}\.\d{2}\.\d{4}$|^\d{3}$|^\d{15,17}$/),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
    );
    fc.assert(
      fc.property(fc.constantFrom(...FIELDS), value, (field, wrong) => {
        const { errors, warnings } = check({ [field]: wrong });
        for (const error of errors) {
          expect(error.field).toBe(field);
          expect(MAY[field] ?? ['code']).toContain(error.code);
        }
        for (const warning of warnings) expect(BIODATA_WARNINGS).toContain(warning.code);
        const fits = biodataSchema.safeParse({ ...GOOD, [field]: wrong }).success;
        expect(fits || errors.length > 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('an unknown field is refused, and so is a name that reaches for the prototype', () => {
    expect(check({ kodePos: '45192' }).errors).toHaveLength(1);
    const polluted: unknown = JSON.parse(`{"__proto__":{"nik":"x"},${JSON.stringify(GOOD).slice(1)}`);
    expect(checkBiodata(polluted, TODAY, LOSARI).errors).toHaveLength(1);
  });
});

describe('ageOn', () => {
  test.each([
    ['1983-02-14', '2011-02-13', 27],
    ['1983-02-14', '2011-02-14', 28],
    ['1983-02-14', '2011-02-15', 28],
    ['1983-12-31', '2011-01-01', 27],
    ['2011-11-14', '2011-11-14', 0],
    // Born on 29 February: in a year without one the birthday has come on 1 March, not before.
    ['1996-02-29', '2013-02-28', 16],
    ['1996-02-29', '2013-03-01', 17],
    ['1996-02-29', '2012-02-28', 15],
    ['1996-02-29', '2012-02-29', 16],
  ])('of %s on %s is %i', (birth, today, age) => {
    expect(ageOn(birth, today)).toBe(age);
  });

  test('grows by one on the birthday and never falls', () => {
    const day = fc
      .date({ min: new Date('1900-01-01'), max: new Date('2099-12-30'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10));
    fc.assert(
      fc.property(day, day, (birth, today) => {
        const next = new Date(Date.parse(today) + 86_400_000).toISOString().slice(0, 10);
        const grown = ageOn(birth, next) - ageOn(birth, today);
        const birthday =
          next.slice(5) === birth.slice(5) ||
          (birth.endsWith('02-29') && next.endsWith('03-01') && !today.endsWith('02-29'));
        expect(grown).toBe(birthday ? 1 : 0);
      }),
    );
  });
});

describe('ktpStanding', () => {
  test.each([
    ['1994-11-14', 1, 'wajib'],
    ['1994-11-15', 1, 'early'],
    ['1995-11-14', 1, 'early'],
    ['1995-11-15', 1, 'underAge'],
    ['1996-05-01', 2, 'wajib'],
    ['1996-05-01', 3, 'wajib'],
    ['1996-05-01', 4, 'wajib'],
  ] as const)('born %s with marital status %i: %s', (tanggalLahir, statusKawin, standing) => {
    expect(ktpStanding({ tanggalLahir, statusKawin }, TODAY)).toBe(standing);
  });
});

describe('photoBackground', () => {
  test.each([
    ['1983-02-14', 1, 'red'],
    ['1984-02-14', 1, 'blue'],
    ['2000-01-01', 1, 'blue'],
    ['1983-02-14', 2, 'orange'],
  ] as const)('born %s, nationality %i: %s', (tanggalLahir, kewarganegaraan, colour) => {
    expect(photoBackground({ tanggalLahir, kewarganegaraan })).toBe(colour);
  });
});
