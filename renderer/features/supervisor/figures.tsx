import { roughly } from '../../../app/desk/room.ts';
import { useWords } from '../../i18n/words.ts';
import { useStatus } from '../../status.ts';
import { useDay } from '../day/use-day.ts';
import classes from './supervisor.module.css';

/** Whoever recorded more than these stands on the count sheet. */
const OPERATORS = 6;

/** Today in figures: who was recorded, who waits, how fast it goes, and what waits for the center. */
export function Figures() {
  const { t, f } = useWords();
  const waiting = useStatus((status) => status?.outbox.waiting ?? null);
  const received = useStatus((status) => status?.outbox.received ?? null);
  const room = useStatus((status) => (status === null ? null : roughly(status.disk.residentsLeft)));
  const { data } = useDay(null);
  const day = data?.day;
  const figures = [
    ['today', day?.packets.recorded],
    ['queue', day?.tickets.open],
    ['deferred', day?.tickets.deferred],
    ['absent', day?.tickets.absent],
    ['minutesEach', day?.minutesEach],
    ['waitingShort', waiting],
    ['received', received],
    ['room', room],
  ] as const;
  const operators = (day?.operators ?? []).slice(0, OPERATORS);
  return (
    <section aria-labelledby="figures-title" className={classes['figures']}>
      <h2 id="figures-title" className="visually-hidden">
        {t('supervisor/figures')}
      </h2>
      <dl className={classes['numbers']}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{t(`supervisor/${name}`)}</dt>
            <dd>{value == null ? t('common/empty') : f.number(Math.round(value))}</dd>
          </div>
        ))}
      </dl>
      <p className={classes['cause']}>
        {operators.length === 0
          ? t('supervisor/operatorsNone')
          : t('supervisor/operators', {
              list: operators.map(({ name, recorded }) => `${name} ${f.number(recorded)}`).join(' · '),
            })}
      </p>
    </section>
  );
}
