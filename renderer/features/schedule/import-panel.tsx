import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { ListPreview, ListProgress } from '../../../app/ipc/schedule.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useWords, words } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, station } from '../../station.ts';
import { Problems } from './problems.tsx';
import classes from './schedule.module.css';

function Reading({ progress, onCancel }: { progress: ListProgress | null; onCancel: () => void }) {
  const { t, f } = useWords();
  const share = progress === null ? 0 : progress.bytes.done / Math.max(1, progress.bytes.total);
  const said = t('schedule/reading', { many: f.number(progress?.rows ?? 0) });
  return (
    <section className={classes['card']} aria-labelledby="reading-title">
      <h2 id="reading-title">{t('schedule/import')}</h2>
      <progress
        aria-label={t('schedule/progress')}
        value={Math.round(share * 100)}
        max={100}
        aria-valuetext={said}
        className={classes['bar']}
      />
      <p>
        <StateMark tone="running">{said}</StateMark>
      </p>
      <div>
        <Button variant="default" onClick={onCancel}>
          {t('schedule/cancel')}
        </Button>
      </div>
    </section>
  );
}

interface PreviewProps {
  preview: ListPreview;
  error: ErrorShape | null;
  busy: boolean;
  onTake: (moved: boolean) => void;
  onNothing: () => void;
}

/** What the list would do, and the choice: the rest of it, or nothing. */
function Preview({ preview, error, busy, onTake, onNothing }: PreviewProps) {
  const { t, f } = useWords();
  const [moves, setMoves] = useState(true);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { added, moved, same, wrong, named } = preview;
  const taken = added + (moves ? moved : 0);
  return (
    <section className={`${classes['card']} ${classes['preview']}`} aria-labelledby="preview-title">
      <h2 id="preview-title" ref={heading} tabIndex={-1}>
        {t('schedule/preview', { file: preview.file })}
      </h2>
      <dl className={classes['numbers']}>
        {(
          [
            ['added', added],
            ['moved', moved],
            ['same', same],
            ['wrong', wrong],
          ] as const
        ).map(([name, many]) => (
          <div key={name}>
            <dt>{t(`schedule/${name}`)}</dt>
            <dd>{f.number(many)}</dd>
          </div>
        ))}
      </dl>
      {moved > 0 && (
        <label className={classes['check']}>
          <input
            type="checkbox"
            checked={moves}
            onChange={(event) => setMoves(event.currentTarget.checked)}
          />
          {t('schedule/moves', { many: f.number(moved) })}
        </label>
      )}
      {wrong + named > 0 && <Problems total={wrong + named} />}
      {error !== null && <ErrorNotice error={error} />}
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onNothing}>
          {t('schedule/nothing')}
        </Button>
        <Button disabled={taken === 0} loading={busy} onClick={() => onTake(moves)}>
          {t(wrong > 0 ? 'schedule/takeRest' : 'schedule/takeAll', { many: f.number(taken) })}
        </Button>
      </div>
    </section>
  );
}

/** The dinas' list from its file to the schedule. Leaving it forgets what was read. */
export function ImportPanel({ onEnd }: { onEnd: () => void }) {
  const { t } = useWords();
  const [progress, setProgress] = useState<ListProgress | null>(null);
  const [preview, setPreview] = useState<ListPreview | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  const end = useRef(onEnd);
  useEffect(() => {
    end.current = onEnd;
  });
  useEffect(() => {
    let isHere = true;
    const off = station.events.on('schedule.changed', setProgress);
    void answer(station.schedule.choose(undefined)).then((result) => {
      if (!isHere) return;
      if (!result.ok) return setError(result.error);
      if (result.value === null) return end.current();
      setPreview(result.value);
      const { t: say, f } = words();
      const { added, moved, wrong } = result.value;
      announce(say('schedule/read', { good: f.number(added + moved), wrong: f.number(wrong) }));
    });
    return () => {
      isHere = false;
      off();
    };
  }, [round]);
  useEffect(() => () => void answer(station.schedule.drop(undefined)), []);

  const take = async (moved: boolean) => {
    setBusy(true);
    const result = await answer(station.schedule.take({ moved }));
    setBusy(false);
    if (!result.ok) {
      setPreview(null);
      return setError(result.error);
    }
    const { t: say, f } = words();
    announce(
      say('schedule/taken', { added: f.number(result.value.added), moved: f.number(result.value.moved) }),
    );
    await queries.invalidateQueries({ queryKey: ['schedule'] });
    onEnd();
  };
  if (preview !== null)
    return (
      <Preview
        preview={preview}
        error={error}
        busy={busy}
        onTake={(moved) => void take(moved)}
        onNothing={onEnd}
      />
    );
  if (error === null) return <Reading progress={progress} onCancel={onEnd} />;
  return (
    <section className={classes['card']} aria-labelledby="failed-title">
      <h2 id="failed-title">{t('schedule/import')}</h2>
      <ErrorNotice error={error} />
      <div className={classes['buttons']}>
        <Button variant="default" onClick={onEnd}>
          {t('schedule/close')}
        </Button>
        <Button
          onClick={() => {
            setError(null);
            setRound(round + 1);
          }}
        >
          {t('schedule/another')}
        </Button>
      </div>
    </section>
  );
}
