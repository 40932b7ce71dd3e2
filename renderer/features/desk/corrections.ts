import { registerValue, type Draft, type DraftBiodata } from '../../../app/desk/draft.ts';
import type { BiodataField } from '../../../app/enrollment/biodata.ts';
import type { AcceptedWarning, Correction } from '../../../app/enrollment/enrollment.ts';

/** What a changed enrollment no longer has: the resident approved, and the operator confirmed, something else. */
export const UNAPPROVED = { approval: null } as const satisfies Partial<Draft>;

/** A correction that main has confirmed, in the draft; it takes the place of an earlier one of the same field. */
export function withCorrection(draft: Draft, correction: Correction): Partial<Draft> {
  return changed(draft, correction.field, correction.after, [correction]);
}

/** Back at the register's value: no correction is left, and none needs a password. */
export function withoutCorrection(draft: Draft, field: BiodataField): Partial<Draft> {
  return changed(draft, field, registerValue(draft, field), []);
}

/** A warning that was answered before its step: the reason stands there already, unless a person gave another. */
export function withReason(draft: Draft, accepted: AcceptedWarning): Partial<Draft> {
  if (draft.warnings.some(({ code }) => code === accepted.code)) return {};
  return { warnings: [...draft.warnings, accepted], ...UNAPPROVED };
}

function changed(
  draft: Draft,
  field: BiodataField,
  value: Correction['after'],
  correction: readonly Correction[],
): Partial<Draft> {
  return {
    biodata: { ...draft.biodata, [field]: value },
    corrections: [...draft.corrections.filter((entry) => entry.field !== field), ...correction],
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
