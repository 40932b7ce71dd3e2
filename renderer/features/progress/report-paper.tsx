import type { DesaProgress } from '../../../app/desk/progress.ts';
import type { ProgressSheet } from '../../../app/ipc/progress.ts';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import { LetterEnd, LetterHead, LetterPage } from '../slip/letter.tsx';
import letter from '../slip/letter.module.css';
import { pagesOf, type PageRoom } from '../slip/pages.ts';
import classes from './progress.module.css';
import { countedAt, FIGURES, figuresOf, finishOf, totalOf } from './said.ts';

const ROOM: PageRoom = { alone: 12, first: 30, next: 22 };

function Row({ one }: { one: Omit<DesaProgress, 'kode'> }) {
  const figures = figuresOf(one, wordsIn('id'));
  return (
    <tr>
      <th scope="row">{one.nama}</th>
      {FIGURES.map((figure) => (
        <td key={figure}>{figures[figure]}</td>
      ))}
    </tr>
  );
}

interface Props {
  sheet: ProgressSheet;
  kecamatan: Kecamatan | null;
  /** Who signs. */
  by: string;
}

/** When it will be finished, and how that is reckoned. */
function Finish({ sheet: { progress, madeAt } }: Pick<Props, 'sheet'>) {
  const vocabulary = wordsIn('id');
  const { day, isDay, range, deadline, pace, method } = finishOf(progress, vocabulary);
  return (
    <>
      <p className={letter['note']}>{countedAt(progress, Date.parse(madeAt), vocabulary)}</p>
      <p>
        {isDay ? <strong>{vocabulary.t('progress/on/finish', { day })}</strong> : day} {range}
        {deadline !== null && ` ${deadline.date} ${deadline.standing}`}
      </p>
      {pace !== null && (
        <p className={letter['note']}>
          {pace} {method}
        </p>
      )}
    </>
  );
}

/** The report to the camat, in Bahasa Indonesia whatever the window speaks. Figures alone, nobody's name. */
export function ReportPaper({ sheet, kecamatan, by }: Props) {
  const { t, f } = wordsIn('id');
  const { progress, madeAt } = sheet;
  const pages = pagesOf(progress.desa, ROOM);
  return pages.map((page, at) => (
    <LetterPage key={page.from}>
      {at === 0 && (
        <>
          <LetterHead
            kecamatan={kecamatan}
            subject={t('progress/on/subject', { date: f.date(madeAt).split(', ').at(-1) })}
          />
          <p>{t('progress/on/opening', { date: f.date(madeAt), time: f.time(madeAt) })}</p>
        </>
      )}
      <table className={`${letter['table']} ${classes['paperTable']}`}>
        <thead>
          <tr>
            {(['desa', ...FIGURES] as const).map((column) => (
              <th key={column} scope="col">
                {t(`progress/${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {page.rows.map((one) => (
            <Row key={one.kode} one={one} />
          ))}
        </tbody>
        {at === pages.length - 1 && (
          <tfoot>
            <Row one={totalOf(progress.desa, t('progress/total'))} />
          </tfoot>
        )}
      </table>
      {at === pages.length - 1 && <Finish sheet={sheet} />}
      <LetterEnd kecamatan={kecamatan} at={madeAt} by={by} page={at + 1} pages={pages.length} />
    </LetterPage>
  ));
}
