import { useRef } from 'react';
import { overBy, type SummonedGroup } from '../../../app/desk/schedule.ts';
import type { SessionOfDay } from '../../../app/desk/ticket.ts';
import type { Schedule, ScheduleRow } from '../../../app/ipc/schedule.ts';
import { ScrollRegion } from '../../components/aria.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { useRows } from '../../components/use-rows.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './schedule.module.css';
import { useDesaName } from './use-desa-name.ts';

const ROW_HEIGHT = 44;

type Row =
  | {
      readonly kind: 'session';
      readonly date: string;
      readonly session: SessionOfDay;
      called: number;
    }
  | { readonly kind: 'desa'; readonly group: ScheduleRow };

/** A line for each session of a day, and below it one for each desa. */
function rowsOf(groups: readonly ScheduleRow[]): Row[] {
  const rows: Row[] = [];
  let session: Extract<Row, { kind: 'session' }> | undefined;
  for (const group of groups) {
    if (session === undefined || session.date !== group.date || session.session !== group.session) {
      session = { kind: 'session', date: group.date, session: group.session, called: 0 };
      rows.push(session);
    }
    session.called += group.called;
    rows.push({ kind: 'desa', group });
  }
  return rows;
}

interface Props {
  schedule: Schedule;
  chosen: SummonedGroup | null;
  onChoose: (group: SummonedGroup) => void;
}

export function GroupList({ schedule, chosen, onChoose }: Props) {
  const { t } = useWords();
  if (schedule.groups.length === 0) return <p className={classes['empty']}>{t('schedule/none')}</p>;
  return <Groups schedule={schedule} chosen={chosen} onChoose={onChoose} />;
}

function Groups({ schedule: { groups, capacity }, chosen, onChoose }: Props) {
  const { t, f } = useWords();
  const desaName = useDesaName();
  const scroller = useRef<HTMLElement>(null);
  const rows = rowsOf(groups);
  const { first, last } = useRows(scroller, rows.length, ROW_HEIGHT);
  const cells = (row: Row) => {
    if (row.kind === 'session') {
      const over = overBy(row.called, capacity[row.session]);
      return (
        <>
          <th scope="rowgroup">
            {t('carry/place', { date: f.date(`${row.date}T12:00`), session: t(`desk/${row.session}`) })}
          </th>
          <td>{f.number(row.called)}</td>
          <td>{f.number(capacity[row.session])}</td>
          <td>
            {over === 0 ? (
              f.number(0)
            ) : (
              <StateMark tone="act">{t('schedule/overBy', { many: f.number(over) })}</StateMark>
            )}
          </td>
        </>
      );
    }
    const { date, session, desa, called } = row.group;
    const isChosen = chosen?.date === date && chosen.session === session && chosen.desa === desa;
    return (
      <>
        <td>
          <button
            type="button"
            className={classes['open']}
            aria-pressed={isChosen}
            aria-label={t('schedule/open', {
              desa: desaName(desa),
              date: f.date(`${date}T12:00`),
              session: t(`desk/${session}`),
            })}
            onClick={() => onChoose({ date, session, desa })}
          >
            {desaName(desa)}
          </button>
        </td>
        <td>{f.number(called)}</td>
      </>
    );
  };
  return (
    <ScrollRegion className={classes['scroller']} ref={scroller} aria-label={t('schedule/groupTable')}>
      <table aria-label={t('schedule/groupTable')} aria-rowcount={rows.length + 1}>
        <thead className={classes['headLine']}>
          <tr className={classes['groupLine']} aria-rowindex={1}>
            {(['place', 'called', 'capacity', 'over'] as const).map((column) => (
              <th key={column} scope="col">
                {t(`schedule/${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className={classes['body']} style={{ height: rows.length * ROW_HEIGHT }}>
          {rows.slice(first, last + 1).map((row, at) => (
            <tr
              key={first + at}
              className={classes['groupLine']}
              data-row
              data-kind={row.kind}
              aria-rowindex={first + at + 2}
              style={{ transform: `translateY(${(first + at) * ROW_HEIGHT}px)` }}
            >
              {cells(row)}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
