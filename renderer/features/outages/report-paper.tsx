import { LANE_WORDS, OUTAGE_WORDS } from '../../../app/desk/outage-words.ts';
import { laneOf, type ReportedOutage } from '../../../app/desk/outages.ts';
import type { OutageSheet } from '../../../app/ipc/outages.ts';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import { LetterHead, LetterPage, LetterSigned } from '../slip/letter.tsx';
import classes from '../slip/letter.module.css';
import { ended, isCut, laneSum, lasted, moment } from './said.ts';

/** Rows of two lines each that fit below the letter: with the signature, and without it; and on a page of rows alone. */
const ROWS_ALONE = 9;
const ROWS_FIRST = 16;
const ROWS_NEXT = 20;

interface Page {
  /** Of its first row. */
  readonly from: number;
  readonly rows: readonly ReportedOutage[];
}

export function pagesOf(rows: readonly ReportedOutage[]): Page[] {
  // Who signs, signs below rows.
  const first = rows.length <= ROWS_ALONE ? rows.length : Math.min(ROWS_FIRST, rows.length - 1);
  const pages: Page[] = [{ from: 0, rows: rows.slice(0, first) }];
  for (let from = first; from < rows.length; from += ROWS_NEXT)
    pages.push({ from, rows: rows.slice(from, from + ROWS_NEXT) });
  return pages;
}

const COLUMNS = ['number', 'lane', 'from', 'to', 'lasted', 'cause', 'recorded', 'sentHome'] as const;

function Rows({ from, rows }: Page) {
  const vocabulary = wordsIn('id');
  const { t, f } = vocabulary;
  return (
    <table className={classes['table']}>
      <thead>
        <tr>
          {COLUMNS.map((column) => (
            <th key={column} scope="col">
              {t(`outages/column_${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={`${row.cause} ${row.startedAt}`}>
            <td>{f.number(from + index + 1)}</td>
            <td>{LANE_WORDS[laneOf(row.cause)].id}</td>
            <td>{moment(row.startedAt, f)}</td>
            <td>{ended(row, vocabulary)}</td>
            <td>
              {lasted(row, vocabulary)}
              {isCut(row) && <small> {t('outages/inMonth')}</small>}
            </td>
            <td>{OUTAGE_WORDS[row.cause].id}</td>
            <td>{f.number(row.recorded)}</td>
            <td>{f.number(row.sentHome)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The letter above the first rows: to whom, of what, and the month's figures. */
function Letter({ sheet: { report, station }, kecamatan }: Pick<Props, 'sheet' | 'kecamatan'>) {
  const vocabulary = wordsIn('id');
  const { t, f } = vocabulary;
  const people = (count: number) => t('outages/residents', { count, many: f.number(count) });
  const sums = [
    ['link', laneSum(report.link, vocabulary).join(' · ')],
    ['power', laneSum(report.power, vocabulary).join(' · ')],
    ['together', report.rows.length === 0 ? t('common/empty') : f.duration(report.lastedMs)],
    ['recorded', people(report.recorded)],
    ['sentHome', people(report.sentHome)],
  ] as const;
  return (
    <>
      <LetterHead kecamatan={kecamatan} subject={t('outages/on/subject', { month: f.month(report.month) })} />
      <p>{t('outages/on/opening', { station, month: f.month(report.month) })}</p>
      {report.isOpen && (
        <p>{t('outages/on/soFar', { date: f.date(report.madeAt), time: f.time(report.madeAt) })}</p>
      )}
      <dl className={classes['sums']}>
        {sums.map(([what, value]) => (
          <div key={what}>
            <dt>{t(`outages/${what}`)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

interface Props {
  sheet: OutageSheet;
  kecamatan: Kecamatan | null;
  /** Who signs. */
  by: string;
}

/** The month's report to the camat, in Bahasa Indonesia whatever the window speaks. Figures alone, nobody's name. */
export function ReportPaper({ sheet, kecamatan, by }: Props) {
  const { t, f } = wordsIn('id');
  const { report } = sheet;
  const pages = pagesOf(report.rows);
  return pages.map((page, at) => (
    <LetterPage key={page.from}>
      {at === 0 && <Letter sheet={sheet} kecamatan={kecamatan} />}
      {page.rows.length === 0 ? (
        <p>{t('outages/none', { month: f.month(report.month) })}</p>
      ) : (
        <Rows {...page} />
      )}
      {at === pages.length - 1 && <p className={classes['note']}>{t('outages/methodText')}</p>}
      <footer className={classes['foot']}>
        {at === pages.length - 1 && <LetterSigned kecamatan={kecamatan} at={report.madeAt} by={by} />}
        {pages.length > 1 && (
          <p className={classes['page']}>
            {t('schedule/paperPage', { page: f.number(at + 1), pages: f.number(pages.length) })}
          </p>
        )}
      </footer>
    </LetterPage>
  ));
}
