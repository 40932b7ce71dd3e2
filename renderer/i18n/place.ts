import type { TFunction } from 'i18next';
import type { Place } from '../../app/desk/arrival.ts';

/** The register writes "Kabupaten Cirebon" or "Cirebon", "Kota Cirebon" as it is: short either way. */
export function kabupatenText(kabupaten: string, t: TFunction): string {
  const nama = kabupaten.replace(/^(kabupaten|kab\.?)\s+/i, '');
  return /^kota\b/i.test(nama) ? nama : t('frame/kabupaten', { nama });
}

/** Kec. Losari, Kab. Cirebon (32.09.03): always with the code, since two kecamatan can have one name. */
export function placeText({ kode, nama, kabupaten }: Place, t: TFunction): string {
  if (kabupaten === null) return t('arrival/placeCode', { kode });
  const short = kabupatenText(kabupaten, t);
  if (nama === null) return t('arrival/placeKabupaten', { kode, kabupaten: short });
  return t('frame/place', {
    kecamatan: nama.replace(/^(kecamatan|kec\.?)\s+/i, ''),
    kabupaten: short,
    kode,
  });
}
