import { useQuery } from '@tanstack/react-query';
import { DESK_QUIET_MS } from '../../../app/desk/needs.ts';
import type { Response } from '../../../app/ipc/contract.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark, type Tone } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, shapeOf, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import classes from './supervisor.module.css';

const MINUTE_MS = 60_000;

type Told = Response<'sync.office'>[number];

function Desk({ desk }: { desk: Told }) {
  const { t, f } = useWords();
  const now = useNow();
  const today = useStatus((status) => status?.today ?? null);
  const { recorded, waiting, oldestMinutes, held, residentsLeft, mirror, power } = desk;
  const parts = [
    ...(recorded === null
      ? []
      : recorded.date === today
        ? [t('office/recorded', { many: f.number(recorded.count) })]
        : [
            t('office/recordedOn', {
              many: f.number(recorded.count),
              date: f.date(`${recorded.date}T12:00:00`),
            }),
          ]),
    oldestMinutes === null
      ? t('office/waiting', { many: f.number(waiting) })
      : t('office/waitingOldest', {
          many: f.number(waiting),
          age: f.duration(oldestMinutes * MINUTE_MS),
        }),
    ...(held > 0 ? [t('office/held', { many: f.number(held) })] : []),
    ...(residentsLeft === null ? [] : [t('status/disk', { residents: f.number(residentsLeft) })]),
    ...(mirror === null ? [] : [t(`office/mirror_${mirror}`)]),
    ...(power === 'battery' ? [t('office/battery')] : []),
  ];
  const id = t('office/station', { station: desk.stationId.slice(0, 8) });
  const isQuiet = now - Date.parse(desk.at) > DESK_QUIET_MS;
  const time = f.moment(desk.at, now);
  return (
    <li>
      <StateMark tone={isQuiet ? 'waiting' : toneOf(desk)}>
        <span className={classes['wrap']}>
          {desk.label ?? id}: {parts.join(' · ')}
        </span>
      </StateMark>
      <small>
        {t(isQuiet ? 'office/quiet' : 'office/at', { time })}
        {desk.label !== null && ` · ${id}`}
        {desk.version !== null && ` · Rekam ${desk.version}`}
      </small>
    </li>
  );
}

function toneOf({ held, power, mirror }: Told): Tone {
  const isCopied = mirror === null || mirror === 'ok' || mirror === 'behind';
  return held === 0 && power !== 'battery' && isCopied ? 'safe' : 'act';
}

export function useOffice() {
  // Moves with whatever has come from the center.
  const cursor = useStatus((status) => status?.reference.cursor ?? null);
  return useQuery({
    queryKey: ['office', cursor],
    queryFn: () => ask(station.sync.office(undefined)),
    placeholderData: (before) => before,
  });
}

/** How the office's other desks stood when they were last heard of; nothing where there is none. */
export function Office() {
  const { t } = useWords();
  const query = useOffice();
  const { data = [] } = query;
  if (data.length === 0 && !query.isError) return null;
  return (
    <section aria-labelledby="office-title" className={classes['card']}>
      <h2 id="office-title" tabIndex={-1}>
        {t('office/title')}
      </h2>
      {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
      <ul className={classes['desks']}>
        {data.map((desk) => (
          <Desk key={desk.stationId} desk={desk} />
        ))}
      </ul>
    </section>
  );
}
