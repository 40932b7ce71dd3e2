import { createElement } from 'react';
import { LANE_WORDS } from '../../../app/desk/outage-words.ts';
import { daysOf, LANES, type DayPart, type Lane, type OutageReport } from '../../../app/desk/outages.ts';
import { ScrollRegion } from '../../components/aria.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './outages.module.css';

const HOURS = ['00', '06', '12', '18', '24'];

function LaneBar({ lane, parts }: { lane: Lane; parts: readonly DayPart[] }) {
  const { t, f, language } = useWords();
  const name = LANE_WORDS[lane][language];
  const said =
    parts.length === 0
      ? t('outages/laneNone', { lane: name })
      : `${name}: ${parts
          .map(({ from, until, toMidnight }) =>
            t('outages/span', { from: f.time(from), to: toMidnight ? '24.00' : f.time(until) }),
          )
          .join(', ')}`;
  return (
    <>
      <span className={classes['laneName']} aria-hidden>
        {name}
      </span>
      {createElement(
        'span',
        { className: classes['track'], role: 'img', 'aria-label': said, title: said },
        parts.map(({ at, share, from }) => (
          <span
            key={from}
            className={classes['part']}
            data-lane={lane}
            style={{ left: `${at * 100}%`, width: `${share * 100}%` }}
          />
        )),
      )}
    </>
  );
}

/** Days with an outage, the link above the power: told apart by place, name and pattern, not by colour. */
export function Timeline({ report }: { report: OutageReport }) {
  const { t, f } = useWords();
  return (
    <ScrollRegion className={classes['timeline']} aria-label={t('outages/days')}>
      <p className={classes['hours']} aria-hidden>
        {HOURS.map((hour) => (
          <span key={hour}>{hour}</span>
        ))}
      </p>
      <ol>
        {daysOf(report).map(({ date, parts }) => (
          <li key={date}>
            <span className={classes['dayName']}>{f.day(`${date}T12:00`)}</span>
            {LANES.map((lane) => (
              <LaneBar key={lane} lane={lane} parts={parts[lane]} />
            ))}
          </li>
        ))}
      </ol>
    </ScrollRegion>
  );
}
