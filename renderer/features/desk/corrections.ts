import type { Draft, DraftBiodata } from '../../../app/desk/draft.ts';
import type { BiodataField } from '../../../app/enrollment/biodata.ts';

/** What a changed enrollment no longer has: the resident approved, and the operator confirmed, something else. */
export const UNAPPROVED = { approvedAt: null } as const satisfies Partial<Draft>;

/**
 * One field corrected. `before` stays what the register said, however often the field is corrected; back at the
 * register's value there is no correction left.
 */
export function correctField(
  draft: Draft,
  field: BiodataField,
  after: DraftBiodata[BiodataField],
  document: string,
): Partial<Draft> {
  const earlier = draft.corrections.find((correction) => correction.field === field);
  const before = earlier === undefined ? (draft.biodata[field] ?? null) : earlier.before;
  const others = draft.corrections.filter((correction) => correction.field !== field);
  return {
    biodata: { ...draft.biodata, [field]: after },
    corrections: after === before ? others : [...others, { field, before, after, document: document.trim() }],
    biodataConfirmed: false,
    warnings: [],
    ...UNAPPROVED,
  };
}

/** Numbers where the register has codes, null for a religion left empty, else text without blanks around it. */
export function typedValue(field: BiodataField, text: string): DraftBiodata[BiodataField] {
  const trimmed = text.trim();
  switch (field) {
    case 'agama':
      return trimmed === '' ? null : Number(trimmed);
    case 'jenisKelamin':
    case 'golonganDarah':
    case 'statusKawin':
    case 'pendidikan':
    case 'pekerjaan':
    case 'kewarganegaraan':
      return Number(trimmed);
    case 'rt':
    case 'rw':
      return /^\d{1,3}$/.test(trimmed) ? trimmed.padStart(3, '0') : trimmed;
    case 'nama':
      return trimmed.toUpperCase();
    case 'nik':
    case 'noKk':
    case 'tempatLahir':
    case 'tanggalLahir':
    case 'alamat':
    case 'desa':
      return trimmed;
  }
}
