import { LANE_WORDS, OUTAGE_WORDS } from '../../../app/desk/outage-words.ts';
import { laneOf, type ReportedOutage } from '../../../app/desk/outages.ts';
import type { OutageSheet } from '../../../app/ipc/outages.ts';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import { LetterEnd, LetterHead, LetterPage } from '../slip/letter.tsx';
import classes from '../slip/letter.module.css';
import { pagesOf, type Page, type PageRoom } from '../slip/pages.ts';
import { ended, isCut, laneSum, lasted, moment } from './said.ts';

/** Of rows of two lines each. */
const ROOM: PageRoom = { alone: 6, first: 14, next: 18 };

const COLUMNS = ['number', 'lane', 'from', 'to', 'lasted', 'cause', 'recorded', 'sentHome'] as const;

function Rows({ from, rows }: Page<ReportedOutage>) {
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
  const pages = pagesOf(report.rows, ROOM);
  return pages.map((page, at) => (
    <LetterPage key={page.from}>
      {at === 0 && <Letter sheet={sheet} kecamatan={kecamatan} />}
      {page.rows.length === 0 ? (
        <p>{t('outages/none', { month: f.month(report.month) })}</p>
      ) : (
        <Rows {...page} />
      )}
      {at === pages.length - 1 && <p className={classes['note']}>{t('outages/methodText')}</p>}
      <LetterEnd kecamatan={kecamatan} at={report.madeAt} by={by} page={at + 1} pages={pages.length} />
    </LetterPage>
  ));
}
