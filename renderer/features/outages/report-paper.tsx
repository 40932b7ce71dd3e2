import { LANE_WORDS, OUTAGE_WORDS } from '../../../app/desk/outage-words.ts';
import { laneOf, type ReportedOutage } from '../../../app/desk/outages.ts';
import type { OutageSheet } from '../../../app/ipc/outages.ts';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import slip from '../slip/slip.module.css';
import classes from './report-paper.module.css';
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
  const name = nameOf(kecamatan);
  const sums = [
    ['link', laneSum(report.link, vocabulary).join(' · ')],
    ['power', laneSum(report.power, vocabulary).join(' · ')],
    ['together', report.rows.length === 0 ? t('common/empty') : f.duration(report.lastedMs)],
    ['recorded', people(report.recorded)],
    ['sentHome', people(report.sentHome)],
  ] as const;
  return (
    <>
      <header className={slip['paperHead']}>
        <p className={classes['office']}>{t('outages/on/office', { kecamatan: name })}</p>
        {kecamatan !== null && (
          <p>{t('outages/on/place', { kabupaten: kecamatan.kabupaten, kode: kecamatan.kode })}</p>
        )}
      </header>
      <div>
        <p>{t('outages/on/to', { kecamatan: name })}</p>
        <p>{t('outages/on/at')}</p>
      </div>
      <p className={classes['subject']}>{t('outages/on/subject', { month: f.month(report.month) })}</p>
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

function nameOf(kecamatan: Kecamatan | null): string {
  return (kecamatan?.nama ?? '').replace(/^(kecamatan|kec\.?)\s+/i, '');
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
    <article key={page.from} className={`${slip['paper']} ${classes['paper']}`} data-paper="a4" lang="id">
      {at === 0 && <Letter sheet={sheet} kecamatan={kecamatan} />}
      {page.rows.length === 0 ? (
        <p>{t('outages/none', { month: f.month(report.month) })}</p>
      ) : (
        <Rows {...page} />
      )}
      {at === pages.length - 1 && <p className={classes['note']}>{t('outages/methodText')}</p>}
      <footer className={classes['foot']}>
        {at === pages.length - 1 && (
          <div className={classes['sign']}>
            <p>
              {t('outages/on/signed', {
                kecamatan: nameOf(kecamatan),
                date: f.date(report.madeAt).split(', ').at(-1),
              })}
            </p>
            <p>{t('outages/on/supervisor')}</p>
            <p className={classes['signLine']}>{by}</p>
          </div>
        )}
        {pages.length > 1 && (
          <p className={classes['page']}>
            {t('schedule/paperPage', { page: f.number(at + 1), pages: f.number(pages.length) })}
          </p>
        )}
      </footer>
    </article>
  ));
}
