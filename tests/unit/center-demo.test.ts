import { describe, expect, test } from 'vitest';
import { ageOn, biodataSchema, checkBiodata, ktpStanding, NAMA_MAX } from '../../app/enrollment/biodata.ts';
import { DEMO_KECAMATAN } from '../../center/demo/losari.ts';
import { makeResidents } from '../../center/demo/residents.ts';

const TODAY = '2026-11-16';
const residents = makeResidents(12_000, TODAY, 1);

describe("the demo's residents", () => {
  test('are the same for the same seed, others for another', () => {
    expect(makeResidents(500, TODAY, 1)).toEqual(makeResidents(500, TODAY, 1));
    expect(makeResidents(500, TODAY, 2)).not.toEqual(makeResidents(500, TODAY, 1));
  });

  test('have valid biodata, that may be recorded, each NIK once', () => {
    expect(new Set(residents.map(({ nik }) => nik)).size).toBe(residents.length);
    const wrong = residents.filter(
      (person) =>
        !biodataSchema.safeParse(person).success ||
        checkBiodata(person, TODAY, DEMO_KECAMATAN.kode).errors.length > 0,
    );
    expect(wrong).toEqual([]);
  });

  test('agree with their NIKs but for those who moved here', () => {
    const warnings = residents.flatMap((person) =>
      checkBiodata(person, TODAY, DEMO_KECAMATAN.kode).warnings.map(({ code }) => code),
    );
    expect(warnings).not.toContain('nik.birthDate');
    expect(warnings).not.toContain('nik.sex');
    expect(warnings.filter((code) => code === 'nik.wilayah').length).toBe(Math.floor(residents.length / 90));
  });

  test('live in all ten desa and are of all ages and kinds of name', () => {
    expect(new Set(residents.map(({ desa }) => desa)).size).toBe(10);
    const ages = residents.map(({ tanggalLahir }) => ageOn(tanggalLahir, TODAY));
    expect(Math.min(...ages)).toBe(16);
    expect(Math.max(...ages)).toBeLessThanOrEqual(80);
    expect(residents.filter((person) => ktpStanding(person, TODAY) === 'early').length).toBeGreaterThan(10);
    expect(residents.some(({ nama }) => nama.length === NAMA_MAX)).toBe(true);
    expect(residents.some(({ nama }) => !nama.includes(' '))).toBe(true);
    expect(residents.some(({ agama }) => agama === null)).toBe(true);
    expect(residents.every(({ nama }) => nama === nama.toUpperCase())).toBe(true);
  });
});
