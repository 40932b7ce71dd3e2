import type { DaySheet } from '../../../app/ipc/day.ts';
import type { Kecamatan } from '../../../app/sync/protocol.ts';
import { wordsIn } from '../../i18n/words.ts';
import { nameOf } from '../slip/letter.tsx';
import { QrCode } from '../slip/qr.tsx';
import slip from '../slip/slip.module.css';
import classes from './day.module.css';
import { centerFigure, packetLines, TICKET_LINES } from './rows.ts';

/** What the code holds: which sheet it is and its hash, as the center was told it. */
export function sheetCode({ sheet, sha256 }: Pick<DaySheet, 'sheet' | 'sha256'>): string {
  return `REKAM-LH:1:${sheet.day.date}:${sheet.number}:${sha256}`;
}

/** The paper that two people sign: in Bahasa Indonesia whatever the window speaks, with English small in its head. */
export function SheetPaper({ opened, kecamatan }: { opened: DaySheet; kecamatan: Kecamatan | null }) {
  const { t, f } = wordsIn('id');
  const { t: english } = wordsIn('en');
  const { sheet, sha256, signature } = opened;
  const { day, differences, reason } = sheet;
  const none = t('common/empty');
  const moment = (at: string) => `${f.date(at)}, ${f.time(at)}`;
  const figures: (readonly [string, string, string])[] = [
    ...packetLines(day.packets).map((line) => {
      const center = centerFigure(line, day);
      return [
        t(`day/line/${line}`),
        f.number(day.packets[line]),
        center === null ? none : f.number(center),
      ] as const;
    }),
    ...TICKET_LINES.map((line) => [t(`day/ticket/${line}`), f.number(day.tickets[line]), none] as const),
    [t('day/line/drafts'), f.number(day.drafts), none],
    [
      t('day/line/minutesEach'),
      day.minutesEach === null ? none : f.number(Math.round(day.minutesEach)),
      none,
    ],
    // More than a page has room for are on the screen, and in what was signed.
    ...day.operators
      .slice(0, 6)
      .map(({ name, recorded }) => [t('day/byOperator', { name }), f.number(recorded), none] as const),
  ];
  return (
    <article className={`${slip['paper']} ${classes['paper']}`} data-paper="a4" lang="id">
      <header className={slip['paperHead']}>
        <p className={slip['paperTitle']}>{t('day/on/title', { number: sheet.number })}</p>
        <small lang="en">{english('day/on/title', { number: sheet.number })}</small>
        <p>{f.date(`${day.date}T12:00`)}</p>
        {kecamatan !== null && (
          <p>
            {t('slip/on/place', {
              kecamatan: nameOf(kecamatan),
              kabupaten: kecamatan.kabupaten,
              kode: kecamatan.kode,
            })}
          </p>
        )}
        <p>{sheet.label}</p>
      </header>
      <table className={classes['figures']}>
        <thead>
          <tr>
            <th scope="col">{t('day/what')}</th>
            <th scope="col">{t('day/station')}</th>
            <th scope="col">{t('day/center')}</th>
          </tr>
        </thead>
        <tbody>
          {figures.map(([what, station, center]) => (
            <tr key={what}>
              <th scope="row">{what}</th>
              <td>{station}</td>
              <td>{center}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {day.others.slice(0, 3).map((other) => (
        <p key={other.stationId}>
          {t('day/other', {
            label: other.label ?? other.stationId.slice(0, 8),
            recorded: other.recorded === null ? none : f.number(other.recorded),
            waiting: f.number(other.waiting),
            held: f.number(other.held),
            time: moment(other.at),
          })}
        </p>
      ))}
      <p>
        {day.center.comparedAt === null
          ? t('day/comparedNever')
          : t('day/comparedAt', { time: moment(day.center.comparedAt) })}
      </p>
      <p>
        {differences.length === 0
          ? t('day/on/agrees')
          : differences
              .map(({ kind, count }) => t(`day/is_${kind}`, { count, many: f.number(count) }))
              .join(' ')}
      </p>
      {reason !== null && <p>{t('day/on/reason', { reason })}</p>}
      <p>{t('day/on/closed', { by: sheet.by.name, time: moment(sheet.closedAt) })}</p>
      <div className={classes['proof']}>
        <QrCode text={sheetCode(opened)} className={classes['qr']} />
        <p>
          {t('day/on/hash')} {sha256}
          <br />
          {t('day/on/signature')} {signature}
        </p>
      </div>
      <footer className={classes['signs']}>
        {(['supervisor', 'second'] as const).map((who) => (
          <div key={who}>
            <p>{t(`day/on/${who}`)}</p>
            <p className={classes['signLine']}>{t('day/on/name')}</p>
          </div>
        ))}
      </footer>
    </article>
  );
}
