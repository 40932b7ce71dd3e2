import type { RowProblem } from './schedule.ts';

/** Words of lists that also leave as files, which main writes: the window has no hand in those. */
export type ListLanguage = 'id' | 'en';

export const PROBLEM_WORDS: Readonly<Record<RowProblem, Readonly<Record<ListLanguage, string>>>> = {
  cells: {
    id: 'Baris ini kurang kolom: NIK, tanggal dan sesi harus ada.',
    en: 'This line lacks a column: NIK, tanggal and sesi must be there.',
  },
  nikExcel: {
    id: 'NIK disimpan Excel sebagai bilangan, jadi angka terakhirnya hilang. Jadikan kolom NIK teks, lalu ketik ulang.',
    en: 'Excel saved the NIK as an amount, so its last digits are lost. Make the NIK column text and type it again.',
  },
  nikDigits: { id: 'NIK memuat yang bukan angka.', en: 'The NIK holds what is no digit.' },
  nikLength: { id: 'NIK tidak 16 angka.', en: 'The NIK has not 16 digits.' },
  nikDate: { id: 'Tanggal lahir di dalam NIK tidak ada.', en: 'There is no such birth date as in the NIK.' },
  nikSerial: { id: 'Nomor urut NIK tidak boleh 0000.', en: 'The serial of a NIK cannot be 0000.' },
  nikUnknown: {
    id: 'NIK tidak ada di register kecamatan ini.',
    en: 'The NIK is not in the register of this kecamatan.',
  },
  date: {
    id: 'Tanggal tidak terbaca. Tulis 2012-09-05 atau 05/09/2012.',
    en: 'The date cannot be read. Write 2012-09-05 or 05/09/2012.',
  },
  datePast: { id: 'Tanggal sudah lewat.', en: 'The date is past.' },
  dateFar: {
    id: 'Tanggal lebih dari 120 hari lagi.',
    en: 'The date is more than 120 days ahead.',
  },
  session: { id: 'Sesi harus pagi atau siang.', en: 'The session must be pagi or siang.' },
  desaUnknown: { id: 'Desa tidak dikenal di kecamatan ini.', en: 'The desa is not known in this kecamatan.' },
  desaDiffers: {
    id: 'Desa berbeda: di register {{detail}}.',
    en: 'The desa differs: in the register it is {{detail}}.',
  },
  twice: { id: 'NIK sudah ada di baris {{detail}}.', en: 'The NIK is already in line {{detail}}.' },
  recorded: { id: 'Warga ini sudah direkam.', en: 'This resident is already recorded.' },
  name: {
    id: 'Perhatian: nama di register {{detail}}. Baris ini tetap ikut.',
    en: 'Look: the name in the register is {{detail}}. The line still counts.',
  },
};

/** Of the file with the lines that ask for a look. */
export const PROBLEM_COLUMNS: Readonly<Record<ListLanguage, readonly string[]>> = {
  id: ['baris', 'nik', 'alasan'],
  en: ['line', 'nik', 'reason'],
};

/** @param detail what stands in the register, or the line */
export function problemSentence(problem: RowProblem, detail: string, language: ListLanguage): string {
  return PROBLEM_WORDS[problem][language].replace('{{detail}}', () => detail);
}
