// Training's residents: nobody is among them, and the desk takes every one of them as it would a real one.
import { beforeEach, describe, expect, test } from 'vitest';
import { biodataSchema, checkBiodata, NAMA_MAX, type Biodata } from '../../app/enrollment/biodata.ts';
import { parseNik } from '../../app/enrollment/nik.ts';
import { referenceLineSchema, type Kecamatan, type ReferenceLine } from '../../app/sync/protocol.ts';
import { inventResidents, TRAINING_NAME } from '../../main/training/residents.ts';

const LOSARI: Kecamatan = {
  kode: '32.09.03',
  nama: 'Losari',
  kabupaten: 'Kabupaten Cirebon',
  provinsi: 'Jawa Barat',
  desa: [2001, 2002, 2003, 2004, 2005].map((kode) => ({ kode: `32.09.03.${kode}`, nama: `Desa ${kode}` })),
};
const DAYS = ['2011-11-14', '2028-02-29', '2027-01-01'];

describe.each(DAYS)('invented for %s', (today) => {
  let lines: ReferenceLine[];
  let residents: Biodata[];
  beforeEach(() => {
    lines = inventResidents(LOSARI, today);
    residents = lines.flatMap((line) => (line.type === 'resident' ? [line.biodata] : []));
  });

  const checked = () =>
    residents.map((biodata) => ({ biodata, ...checkBiodata(biodata, today, LOSARI.kode) }));

  test('are sixty, each of its own NIK and name, over all desa', () => {
    expect(residents).toHaveLength(60);
    expect(new Set(residents.map((person) => person.nik)).size).toBe(60);
    expect(new Set(residents.map((person) => person.nama)).size).toBe(60);
    const desa = new Set(residents.map((person) => person.desa));
    expect(LOSARI.desa.filter(({ kode }) => !desa.has(kode))).toEqual([]);
  });

  test('are lines that the store takes', () => {
    expect(lines.map((line) => referenceLineSchema.safeParse(line).error)).toEqual(
      lines.map(() => undefined),
    );
    expect(residents.filter((person) => !biodataSchema.safeParse(person).success)).toEqual([]);
  });

  test('cannot be taken for anybody: the name says so, and the serial is none that an office gives', () => {
    expect(residents.filter((person) => !person.nama.split(' ').includes(TRAINING_NAME))).toEqual([]);
    const serials = residents.map((person) => parseNik(person.nik)).map((nik) => nik.ok && nik.value.serial);
    expect(serials.filter((serial) => serial === false || serial < 9900)).toEqual([]);
  });

  test('have NIKs that agree with birth date and sex', () => {
    const odd = checked().flatMap(({ warnings }) => warnings.map(({ code }) => code));
    expect(odd).not.toContain('nik.birthDate');
    expect(odd).not.toContain('nik.sex');
  });

  test('hold one of each kind that the desk treats differently', () => {
    const people = checked();
    const errors = people.flatMap((person) => person.errors.map(({ code }) => code));
    const warnings = people.flatMap((person) => person.warnings.map(({ code }) => code));
    const count = (list: readonly string[], code: string) => list.filter((entry) => entry === code).length;
    expect([count(errors, 'underAge'), count(errors, 'otherKecamatan')]).toEqual([2, 1]);
    expect(count(warnings, 'early')).toBe(1);
    expect(residents.filter(({ nama }) => !nama.includes(' '))).toHaveLength(1);
    expect(count(warnings, 'nik.wilayah')).toBe(2);
    expect(residents.filter((person) => person.nama.length === NAMA_MAX)).toHaveLength(1);
    expect(residents.filter((person) => person.kewarganegaraan === 2)).toHaveLength(1);
    expect(residents.filter((person) => person.agama === null)).toHaveLength(1);
    expect(lines.filter((line) => line.type === 'resident' && line.recorded !== null)).toHaveLength(1);
  });

  test('are summoned for today, both sessions, and none who would be refused', () => {
    const summons = lines.flatMap((line) => (line.type === 'summons' ? [line.summons] : []));
    expect(summons).toHaveLength(24);
    expect(new Set(summons.map(({ date }) => date))).toEqual(new Set([today]));
    const groups = new Set(summons.map(({ session, desa }) => `${session} ${desa}`));
    expect(groups).toEqual(new Set(['pagi 32.09.03.2001', 'siang 32.09.03.2002']));
    const fine = checked().filter(({ errors }) => errors.length === 0);
    const welcome = new Set<string>(fine.map(({ biodata }) => biodata.nik));
    expect(summons.filter(({ nik }) => !welcome.has(nik))).toEqual([]);
  });
});
