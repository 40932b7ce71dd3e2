import type { DayCount } from '../../../app/desk/day-close.ts';
import { ScrollRegion } from '../../components/aria.ts';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './day.module.css';
import { centerFigure, packetLines, TICKET_LINES } from './rows.ts';

/** The count sheet as it stands now. */
export function CountTable({ day }: { day: DayCount }) {
  const { t, f } = useWords();
  const now = useNow();
  const none = t('common/empty');
  return (
    <ScrollRegion className={classes['tableBox']} aria-label={t('day/countTable')}>
      <table className={classes['table']}>
        <thead>
          <tr>
            <th scope="col">{t('day/what')}</th>
            <th scope="col">{t('day/station')}</th>
            <th scope="col">{t('day/center')}</th>
          </tr>
        </thead>
        <tbody>
          {packetLines(day.packets).map((line) => {
            const center = centerFigure(line, day);
            return (
              <tr key={line}>
                <th scope="row">{t(`day/line/${line}`)}</th>
                <td>{f.number(day.packets[line])}</td>
                <td>{center === null ? none : f.number(center)}</td>
              </tr>
            );
          })}
          {TICKET_LINES.map((line) => (
            <tr key={line}>
              <th scope="row">{t(`day/ticket/${line}`)}</th>
              <td>{f.number(day.tickets[line])}</td>
              <td>{none}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">{t('day/line/drafts')}</th>
            <td>{f.number(day.drafts)}</td>
            <td>{none}</td>
          </tr>
          <tr>
            <th scope="row">{t('day/line/minutesEach')}</th>
            <td>{day.minutesEach === null ? none : f.number(Math.round(day.minutesEach))}</td>
            <td>{none}</td>
          </tr>
          {day.operators.map(({ name, recorded }) => (
            <tr key={name}>
              <th scope="row">{t('day/byOperator', { name })}</th>
              <td>{f.number(recorded)}</td>
              <td>{none}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {day.others.map(({ stationId, label, at, recorded, waiting, held }) => (
        <p key={stationId} className={classes['quiet']}>
          {t('day/other', {
            label: label ?? stationId.slice(0, 8),
            recorded: recorded === null ? none : f.number(recorded),
            waiting: f.number(waiting),
            held: f.number(held),
            time: f.moment(at, now),
          })}
        </p>
      ))}
    </ScrollRegion>
  );
}
