import type { ReactNode } from 'react';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import classes from './letter.module.css';
import slip from './slip.module.css';

/** `Losari`, whether the register says so or `Kecamatan Losari`. */
function nameOf(kecamatan: Kecamatan | null): string {
  return (kecamatan?.nama ?? '').replace(/^(kecamatan|kec\.?)\s+/i, '');
}

/** The beginning of a letter to the camat, in Bahasa Indonesia whatever the window speaks: whose office, to whom, about what. */
export function LetterHead({ kecamatan, subject }: { kecamatan: Kecamatan | null; subject: string }) {
  const { t } = wordsIn('id');
  const name = nameOf(kecamatan);
  return (
    <>
      <header className={slip['paperHead']}>
        <p className={classes['office']}>{t('letter/office', { kecamatan: name })}</p>
        {kecamatan !== null && (
          <p>{t('letter/place', { kabupaten: kecamatan.kabupaten, kode: kecamatan.kode })}</p>
        )}
      </header>
      <div>
        <p>{t('letter/to', { kecamatan: name })}</p>
        <p>{t('letter/at')}</p>
      </div>
      <p className={classes['subject']}>{subject}</p>
    </>
  );
}

/** Where, when and by whom it is signed. @param at instant */
export function LetterSigned({ kecamatan, at, by }: { kecamatan: Kecamatan | null; at: string; by: string }) {
  const { t, f } = wordsIn('id');
  return (
    <div className={classes['sign']}>
      <p>{t('letter/signed', { kecamatan: nameOf(kecamatan), date: f.date(at).split(', ').at(-1) })}</p>
      <p>{t('letter/supervisor')}</p>
      <p className={classes['signLine']}>{by}</p>
    </div>
  );
}

/** One sheet of A4 of a letter. */
export function LetterPage({ children }: { children: ReactNode }) {
  return (
    <article className={`${slip['paper']} ${classes['paper']}`} data-paper="a4" lang="id">
      {children}
    </article>
  );
}
