import { formatNik } from '../../../app/enrollment/nik.ts';
import type { Listed, ListSheet } from '../../../app/ipc/schedule.ts';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import { nameOf } from '../slip/letter.tsx';
import slip from '../slip/slip.module.css';
import classes from './schedule.module.css';

/** Each has room for a name of two lines. */
const ROWS_A_PAGE = 20;

interface Page {
  readonly desa: string;
  /** Of the first line of it. */
  readonly from: number;
  readonly people: readonly Listed[];
}

/** Each desa on pages of its own: the paper goes to its office. */
export function pagesOf(people: readonly Listed[]): Page[] {
  const pages: Page[] = [];
  for (const desa of new Set(people.map((one) => one.desa))) {
    const own = people.filter((one) => one.desa === desa);
    for (let from = 0; from < own.length; from += ROWS_A_PAGE)
      pages.push({ desa, from, people: own.slice(from, from + ROWS_A_PAGE) });
  }
  return pages;
}

/** The paper for the desa's office, in Bahasa Indonesia whatever the window speaks. */
export function ListPaper({ sheet, kecamatan }: { sheet: ListSheet; kecamatan: Kecamatan | null }) {
  const { t, f } = wordsIn('id');
  const { order } = sheet;
  const day = (date: string) => f.date(`${date}T12:00`);
  const pages = pagesOf(sheet.people);
  const columns =
    order.kind === 'group' ? (['nik', 'name', 'came'] as const) : (['nik', 'name', 'newPlace'] as const);
  return pages.map(({ desa, from, people }, at) => (
    <article
      key={`${desa} ${from}`}
      className={`${slip['paper']} ${classes['listPaper']}`}
      data-paper="a4"
      lang="id"
    >
      <header className={slip['paperHead']}>
        <p className={slip['paperTitle']}>{t(`schedule/sheet_${order.kind}`)}</p>
        <p>
          {t('schedule/paperPlace', {
            desa: kecamatan?.desa.find(({ kode }) => kode === desa)?.nama ?? desa,
            kode: desa,
            kecamatan: nameOf(kecamatan),
            kabupaten: kecamatan?.kabupaten ?? '',
          })}
        </p>
        <p>
          {order.kind === 'group'
            ? t('carry/place', { date: day(order.date), session: t(`desk/${order.session}`) })
            : t('schedule/paperCarried', { date: day(order.date) })}
        </p>
      </header>
      <table className={classes['paperTable']}>
        <thead>
          <tr>
            <th scope="col">{t('schedule/number')}</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {t(`schedule/${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {people.map((one, index) => (
            <tr key={one.nik}>
              <td>{f.number(from + index + 1)}</td>
              <td>{formatNik(one.nik)}</td>
              <td>{one.nama}</td>
              <td>
                {order.kind === 'carried' &&
                  t('carry/place', { date: day(one.date), session: t(`desk/${one.session}`) })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <footer className={classes['paperPage']}>
        {t('schedule/paperPage', { page: f.number(at + 1), pages: f.number(pages.length) })}
      </footer>
    </article>
  ));
}
