import { useQuery } from '@tanstack/react-query';
import type { Response } from '../../../app/ipc/contract.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, station } from '../../station.ts';
import classes from './supervisor.module.css';

const LOOK_MS = 60_000;

function Desk({ desk }: { desk: Response<'sync.office'>[number] }) {
  const { t, f } = useWords();
  const { waiting, held, residentsLeft, mirror, power } = desk;
  const parts = [
    t('office/waiting', { many: f.number(waiting) }),
    ...(held > 0 ? [t('office/held', { many: f.number(held) })] : []),
    ...(residentsLeft === null ? [] : [t('status/disk', { residents: f.number(residentsLeft) })]),
    ...(mirror === null ? [] : [t(`office/mirror_${mirror}`)]),
    ...(power === 'battery' ? [t('office/battery')] : []),
  ];
  const isWell =
    held === 0 && power !== 'battery' && (mirror === null || mirror === 'ok' || mirror === 'behind');
  return (
    <li>
      <StateMark tone={isWell ? 'safe' : 'act'}>
        <span className={classes['wrap']}>
          {t('office/of', { station: desk.stationId.slice(0, 8) })}: {parts.join(' · ')}
        </span>
      </StateMark>
      <small>{t('office/at', { time: f.moment(desk.at, useNow()) })}</small>
    </li>
  );
}

/** How the office's other desks stood when they were last heard of; nothing where there is none. */
export function Office() {
  const { t } = useWords();
  const { data } = useQuery({
    queryKey: ['office'],
    queryFn: () => ask(station.sync.office(undefined)),
    refetchInterval: LOOK_MS,
  });
  if (data === undefined || data.length === 0) return null;
  return (
    <section aria-labelledby="office-title" className={classes['card']}>
      <h2 id="office-title">{t('office/title')}</h2>
      <ul>
        {data.map((desk) => (
          <Desk key={desk.stationId} desk={desk} />
        ))}
      </ul>
    </section>
  );
}
