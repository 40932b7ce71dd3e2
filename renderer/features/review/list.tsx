import { useEffect, useId, useRef } from 'react';
import type { ReviewRow } from '../../../app/ipc/review.ts';
import { Listbox, ListOption } from '../../components/aria.ts';
import { LANDING } from '../../components/enter-mark.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useRows } from '../../components/use-rows.ts';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './review.module.css';
import { risksText } from './words.ts';

const ROW_HEIGHT = 88;

function Lines({ row }: { row: ReviewRow }) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const now = useNow();
  const why = risksText(row.risks, vocabulary);
  return (
    <>
      <strong title={row.nama}>{row.nama}</strong>
      <small title={row.operator}>
        {f.number(row.sequence)} · {f.moment(row.recordedAt, now)} · {row.operator}
        {row.kind === 'amendment' && ` · ${t('reviews/amendment')}`}
      </small>
      <span className={classes['why']} title={why}>
        {row.risks.length === 0 ? <small>{why}</small> : <StateMark tone="act">{why}</StateMark>}
      </span>
    </>
  );
}

/** Only what is in sight is drawn. The arrows are the page's: they move whatever has the focus. */
export function ReviewList({
  rows,
  at,
  takesFocus,
  onChoose,
}: {
  rows: readonly ReviewRow[];
  at: number;
  /** Not where somebody has just pressed something else. */
  takesFocus: boolean;
  onChoose: (index: number) => void;
}) {
  const { t } = useWords();
  const scroller = useRef<HTMLUListElement>(null);
  const id = useId();
  const { first, last } = useRows(scroller, rows.length, ROW_HEIGHT);
  useEffect(() => {
    if (takesFocus) scroller.current?.focus({ preventScroll: true });
  }, [takesFocus]);
  useEffect(() => {
    const box = scroller.current;
    if (box === null) return;
    const top = at * ROW_HEIGHT;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + ROW_HEIGHT > box.scrollTop + box.clientHeight)
      box.scrollTop = top + ROW_HEIGHT - box.clientHeight;
  }, [at]);
  // The chosen one is drawn wherever the wheel has gone, so that the name of what has the focus is always there.
  const drawn = Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  if (!drawn.includes(at)) drawn.push(at);
  return (
    <Listbox
      ref={scroller}
      className={classes['list']}
      tabIndex={0}
      aria-label={t('reviews/list')}
      aria-activedescendant={`${id}-${at}`}
      style={{ ['--all' as string]: `${rows.length * ROW_HEIGHT}px` }}
      {...LANDING}
    >
      {drawn.map((index) => {
        const row = rows[index];
        if (row === undefined) return null;
        return (
          <ListOption
            key={row.packetId}
            id={`${id}-${index}`}
            className={classes['row']}
            aria-selected={index === at}
            aria-posinset={index + 1}
            aria-setsize={rows.length}
            style={{ transform: `translateY(${index * ROW_HEIGHT}px)` }}
            onClick={() => onChoose(index)}
          >
            <Lines row={row} />
          </ListOption>
        );
      })}
    </Listbox>
  );
}
