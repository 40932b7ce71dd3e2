import type { Sheet } from '../../../app/ipc/takeover.ts';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import slip from '../slip/slip.module.css';
import classes from './takeover.module.css';

/**
 * The paper that is locked away: Bahasa Indonesia with English small beside it. It never stands on the screen: the
 * window has it for the printer alone.
 */
export function RecoverySheet({ sheet, kecamatan }: { sheet: Sheet; kecamatan: Kecamatan | null }) {
  const { t, f } = wordsIn('id');
  const { t: english } = wordsIn('en');
  const both = (key: 'keep' | 'use' | 'old' | 'not') => (
    <li>
      {t(`sheet/on/${key}`)}
      <br />
      <small lang="en">{english(`sheet/on/${key}`)}</small>
    </li>
  );
  const lines = [
    ['station', sheet.label],
    ['kecamatan', kecamatan === null ? '' : `${kecamatan.nama}, ${kecamatan.kabupaten} (${kecamatan.kode})`],
    ['madeAt', `${f.date(sheet.madeAt)}, ${f.time(sheet.madeAt)}`],
  ] as const;
  return (
    <article className={slip['paper']} data-paper="a4" lang="id">
      <header className={slip['paperHead']}>
        <p className={slip['paperTitle']}>{t('sheet/on/title')}</p>
        <small lang="en">{english('sheet/on/title')}</small>
      </header>
      <dl className={classes['sheetLines']}>
        {lines.map(([key, value]) => (
          <div key={key}>
            <dt>{t(`sheet/on/${key}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p>
        {t('sheet/on/code')} <small lang="en">{english('sheet/on/code')}</small>
      </p>
      <p className={classes['codeOnPaper']}>{sheet.code}</p>
      <ol className={classes['steps']}>
        {both('keep')}
        {both('use')}
        {both('old')}
        {both('not')}
      </ol>
    </article>
  );
}
