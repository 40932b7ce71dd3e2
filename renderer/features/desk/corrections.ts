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
    case 'tanggalLahir':
      return isoDate(trimmed);
    case 'nik':
    case 'noKk':
    case 'tempatLahir':
    case 'alamat':
    case 'desa':
      return trimmed;
  }
}

/** What stands in the box when a correction begins: dates the way they are read aloud, all else as it is kept. */
export function shownValue(field: BiodataField, value: DraftBiodata[BiodataField]): string {
  const text = String(value ?? '');
  if (field !== 'tanggalLahir') return text;
  return text.replace(/^(\d{4})-(\d{2})-(\d{2})$/, '$3-$2-$1');
}

/**
 * 14-2-1983, 14/02/1983 or 14021983 as ISO. A browser's own date box writes dates in the order of the system's language,
 * often month first, and empties itself at an impossible one; so people type it, and whatever is no date stays as typed
 * for the rules to refuse.
 */
function isoDate(text: string): string {
  const parts = /^(\d{1,2})[-/. ]?(\d{1,2})[-/. ]?(\d{4})$/.exec(text);
  if (parts === null) return text;
  const [, day = '', month = '', year = ''] = parts;
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}
