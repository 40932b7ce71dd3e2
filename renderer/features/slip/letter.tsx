import type { ReactNode } from 'react';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import classes from './letter.module.css';
import slip from './slip.module.css';

/** `Losari`, whether the register says so or `Kecamatan Losari`. */
export function nameOf(kecamatan: Kecamatan | null): string {
  return (kecamatan?.nama ?? '').replace(/^(kecamatan|kec\.?)\s+/i, '');
}

/**
 * The beginning of a letter to the camat, in Bahasa Indonesia whatever the window speaks: whose office, number (written in
 * by hand, as the office's own book has it), about what, to whom.
 */
export function LetterHead({ kecamatan, subject }: { kecamatan: Kecamatan | null; subject: string }) {
  const { t } = wordsIn('id');
  const name = nameOf(kecamatan);
  const lines = [
    ['number', t('letter/blank')],
    ['enclosed', '-'],
    ['subject', subject],
  ] as const;
  return (
    <>
      <header className={slip['paperHead']}>
        {kecamatan !== null && (
          <p className={classes['government']}>
            {t('letter/government', { kabupaten: kecamatan.kabupaten })}
          </p>
        )}
        <p className={classes['office']}>{t('letter/office', { kecamatan: name })}</p>
        {kecamatan !== null && <p>{t('letter/place', { kode: kecamatan.kode })}</p>}
      </header>
      <dl className={classes['lines']}>
        {lines.map(([what, value]) => (
          <div key={what}>
            <dt>{t(`letter/${what}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div>
        <p>{t('letter/to', { kecamatan: name })}</p>
        <p>{t('letter/at')}</p>
      </div>
    </>
  );
}

interface End {
  kecamatan: Kecamatan | null;
  /** Instant at which it was made. */
  at: string;
  /** Who signs. */
  by: string;
  /** From 1. */
  page: number;
  pages: number;
}

/** The foot of a page: on the last one the closing words and who signs, and its number where there are several. */
export function LetterEnd({ kecamatan, at, by, page, pages }: End) {
  const { t, f } = wordsIn('id');
  return (
    <footer className={classes['foot']}>
      {page === pages && (
        <>
          <p>{t('letter/closing')}</p>
          <div className={classes['sign']}>
            <p>{t('letter/signed', { kecamatan: nameOf(kecamatan), date: f.date(at).split(', ').at(-1) })}</p>
            <p>{t('letter/supervisor')}</p>
            <p className={classes['signLine']}>{by}</p>
            <p>{t('letter/staffNumber')}</p>
          </div>
        </>
      )}
      {pages > 1 && (
        <p className={classes['page']}>
          {t('schedule/paperPage', { page: f.number(page), pages: f.number(pages) })}
        </p>
      )}
    </footer>
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
