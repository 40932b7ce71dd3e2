import { leftOf, type DesaProgress } from './progress.ts';

/** Words of the table by desa in the file that main writes: the window has no hand in that. */
export type ProgressLanguage = 'id' | 'en';

const COLUMNS: Readonly<Record<ProgressLanguage, readonly string[]>> = {
  id: [
    ...['kode', 'desa', 'wajib KTP', 'direkam', 'belum dikirim (meja ini)'],
    ...['menunggu keputusan', 'diterima', 'ditolak (meja ini)', 'sisa'],
  ],
  en: [
    ...['code', 'desa', 'must have a KTP', 'recorded', 'not sent yet (this desk)'],
    ...['awaiting verdict', 'accepted', 'rejected (this desk)', 'left'],
  ],
};

/** The lines of a file, the first with the names of its columns. What nobody knows yet is empty. */
export function progressLines(desa: readonly DesaProgress[], language: ProgressLanguage): string[][] {
  return [
    [...COLUMNS[language]],
    ...desa.map((one) => [
      ...[one.kode, one.nama, one.mustHave === 0 ? '' : String(one.mustHave)],
      ...[String(one.recorded), String(one.waiting)],
      ...[one.examining, one.accepted].map((value) => (value === null ? '' : String(value))),
      ...[String(one.rejected), String(leftOf(one))],
    ]),
  ];
}
