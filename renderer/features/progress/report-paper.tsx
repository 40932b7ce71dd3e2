import { leftOf, type DesaProgress } from '../../../app/desk/progress.ts';
import type { ProgressSheet } from '../../../app/ipc/progress.ts';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import { LetterHead, LetterPage, LetterSigned } from '../slip/letter.tsx';
import letter from '../slip/letter.module.css';
import classes from './progress.module.css';
import { countedAt, finishOf, totalOf } from './said.ts';

/** More desa than this are written smaller: the whole kecamatan stands on one page. */
const ROWS_LARGE = 20;
const COLUMNS = ['desa', 'mustHave', 'recorded', 'share', 'waiting', 'accepted', 'rejected', 'left'] as const;

function Row({ one }: { one: Omit<DesaProgress, 'kode'> }) {
  const { t, f } = wordsIn('id');
  const share = one.mustHave === 0 ? null : Math.floor(Math.min(1, one.recorded / one.mustHave) * 100);
  const none = t('common/empty');
  return (
    <tr>
      <th scope="row">{one.nama}</th>
      <td>{one.mustHave === 0 ? none : f.number(one.mustHave)}</td>
      <td>{f.number(one.recorded)}</td>
      <td>{share === null ? none : `${f.number(share)}%`}</td>
      <td>{f.number(one.waiting)}</td>
      <td>{one.accepted === null ? none : f.number(one.accepted)}</td>
      <td>{f.number(one.rejected)}</td>
      <td>{f.number(leftOf(one))}</td>
    </tr>
  );
}

interface Props {
  sheet: ProgressSheet;
  kecamatan: Kecamatan | null;
  /** Who signs. */
  by: string;
}

/** The report to the camat, in Bahasa Indonesia whatever the window speaks. Figures alone, nobody's name. */
export function ReportPaper({ sheet: { progress, madeAt }, kecamatan, by }: Props) {
  const vocabulary = wordsIn('id');
  const { t, f } = vocabulary;
  const finish = finishOf(progress, vocabulary);
  const size = progress.desa.length > ROWS_LARGE ? 'small' : 'large';
  return (
    <LetterPage>
      <LetterHead
        kecamatan={kecamatan}
        subject={t('progress/on/subject', { date: f.date(madeAt).split(', ').at(-1) })}
      />
      <p>{t('progress/on/opening', { date: f.date(madeAt), time: f.time(madeAt) })}</p>
      <table className={`${letter['table']} ${classes['paperTable']}`} data-size={size}>
        <thead>
          <tr>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {t(`progress/${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {progress.desa.map((one) => (
            <Row key={one.kode} one={one} />
          ))}
        </tbody>
        <tfoot>
          <Row one={totalOf(progress.desa, t('progress/total'))} />
        </tfoot>
      </table>
      <p className={letter['note']}>{countedAt(progress, Date.parse(madeAt), vocabulary)}</p>
      <p>
        {finish.pace === null ? finish.day : <strong>{t('progress/on/finish', { day: finish.day })}</strong>}{' '}
        {finish.range}
        {finish.deadline !== null && ` ${finish.deadline.date} ${finish.deadline.standing}`}
      </p>
      {finish.pace !== null && (
        <p className={letter['note']}>
          {finish.pace} {finish.method}
        </p>
      )}
      <footer className={letter['foot']}>
        <LetterSigned kecamatan={kecamatan} at={madeAt} by={by} />
      </footer>
    </LetterPage>
  );
}
