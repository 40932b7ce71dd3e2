import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { ReviewRow } from '../../../app/ipc/review.ts';
import { go } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { useEscape, useKeys, usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { useWords } from '../../i18n/words.ts';
import { shapeOf } from '../../station.ts';
import { ReasonForm } from '../desk/steps/reason-panel.tsx';
import { ReviewList } from './list.tsx';
import { Look } from './look.tsx';
import { PlainOnes } from './plain.tsx';
import classes from './review.module.css';
import { useSettings } from '../settings/use-settings.ts';
import { approve, giveBack, takeBack, useReviewed, useReviews, type Which } from './use-reviews.ts';

const LISTS: readonly Which[] = ['waiting', 'returned'];
export const RETURN_KEY = 'Alt+K';

function Lists({ which, onChoose }: { which: Which; onChoose: (which: Which) => void }) {
  const { t } = useWords();
  return (
    <fieldset className={classes['lists']}>
      <legend className="visually-hidden">{t('reviews/which')}</legend>
      {LISTS.map((name) => (
        <button
          key={name}
          type="button"
          className={classes['which']}
          aria-pressed={which === name}
          onClick={() => onChoose(name)}
        >
          {t(`reviews/${name}`)}
        </button>
      ))}
    </fieldset>
  );
}

function GiveBack({ row, close }: { row: ReviewRow; close: () => void }) {
  const { t } = useWords();
  const done = async (reason: string) => {
    const refused = await giveBack(row.packetId, reason);
    if (refused !== null) return refused;
    announce(t('reviews/saidReturned', { nama: row.nama }));
    close();
    return null;
  };
  return (
    <ReasonForm
      className={classes['giveBack']}
      title={t('reviews/returnTitle')}
      label={t('reviews/returnReason')}
      help={t(row.kind === 'amendment' ? 'reviews/returnHelpAmendment' : 'reviews/returnHelp')}
      submit={t('reviews/returnDo')}
      onReason={done}
      onClose={close}
    />
  );
}

/**
 * The one that is looked at, and what is decided about it. Nothing is approved that has not come onto the screen: until
 * face and words stand there, Enter does nothing.
 */
function Decision({ row, onError }: { row: ReviewRow; onError: (error: ErrorShape | null) => void }) {
  const { t } = useWords();
  const isSeen = useReviewed(row.packetId).data !== undefined;
  const [returning, setReturning] = useState(false);
  const [deciding, setDeciding] = useState(false);
  const isReturned = row.returned !== null;
  const mayApprove = isSeen && !deciding && !returning && (isReturned || !row.isOwn);
  const run = async () => {
    if (!mayApprove) return;
    setDeciding(true);
    const refused = await (isReturned ? takeBack(row.packetId) : approve([row.packetId]));
    setDeciding(false);
    onError(refused);
    if (refused === null)
      announce(t(isReturned ? 'reviews/saidTakenBack' : 'reviews/saidApproved', { nama: row.nama }));
  };
  const giveUp = () => {
    onError(null);
    setReturning(true);
  };
  usePrimaryKey(returning ? null : () => void run());
  useKeys({ [RETURN_KEY]: isReturned ? undefined : giveUp });
  if (returning) return <GiveBack row={row} close={() => setReturning(false)} />;
  return (
    <footer className={classes['decision']}>
      {isReturned ? (
        <p className={classes['quiet']}>{t('reviews/takeBackHelp')}</p>
      ) : (
        <Button variant="default" aria-keyshortcuts={RETURN_KEY} onClick={giveUp}>
          {t('reviews/returnKey', { key: RETURN_KEY })}
        </Button>
      )}
      <Button
        className={classes['primary'] ?? ''}
        rightSection={<EnterMark />}
        {...(mayApprove ? {} : { 'aria-disabled': true, 'data-disabled': true })}
        {...LANDING}
        onClick={() => void run()}
      >
        {t(isReturned ? 'reviews/takeBack' : 'reviews/approve')}
      </Button>
    </footer>
  );
}

/** What a supervisor sees before it goes: the arrows go through the list, Enter lets one go. */
export default function Review() {
  const { t, f } = useWords();
  const [which, setWhich] = useState<Which>('waiting');
  const [hasSwitched, setHasSwitched] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  // By its place too: once one is decided the next stands where it stood.
  const [chosen, setChosen] = useState<{ readonly packetId: string; readonly at: number } | null>(null);
  const list = useReviews(which);
  // What was waiting when it was turned off still waits: only an empty list is explained by it.
  const isOff = useSettings().data?.review === 'off' && which === 'waiting';
  useEscape(() => go('supervisor'));
  const rows = list.data?.rows ?? [];
  const total = list.data?.total ?? 0;
  const found = rows.findIndex(({ packetId }) => packetId === chosen?.packetId);
  const at = Math.max(0, found === -1 ? Math.min(chosen?.at ?? 0, rows.length - 1) : found);
  const current = rows[at];
  const choose = (index: number) => {
    const row = rows[index];
    if (row === undefined) return;
    setChosen({ packetId: row.packetId, at: index });
    setError(null);
  };
  const move = (by: number) => (event: KeyboardEvent) => {
    // In a field the arrows are the field's: what is being typed must not go away.
    if (!(event.target instanceof HTMLInputElement)) choose(at + by);
  };
  useKeys({ ArrowDown: move(1), ArrowUp: move(-1) });

  return (
    <div className={classes['screen']}>
      <PageHead title={t('reviews/title')} lead={t('reviews/lead')} onBack={() => go('supervisor')} />
      <div className={classes['bar']}>
        <Lists
          which={which}
          onChoose={(next) => {
            setWhich(next);
            setHasSwitched(true);
            setChosen(null);
            setError(null);
          }}
        />
        <span className={classes['quiet']}>
          {list.data === undefined
            ? t('common/loading')
            : t('reviews/total', { many: f.number(total), count: total })}
          {total > rows.length &&
            ` · ${t('reviews/shown', { shown: f.number(rows.length), many: f.number(total) })}`}
        </span>
        <span className={classes['spring']} />
        {which === 'waiting' && <PlainOnes rows={rows} onError={setError} />}
      </div>
      {list.isError && <ErrorNotice error={shapeOf(list.error)} onRetry={() => void list.refetch()} />}
      {error !== null && <ErrorNotice error={error} />}
      {current === undefined ? (
        list.data !== undefined && (
          <div className={classes['empty']}>
            <p>{t(isOff ? 'reviews/off' : `reviews/none_${which}`)}</p>
            <Button variant="default" onClick={() => go('settings')}>
              {t('reviews/setting')}
            </Button>
          </div>
        )
      ) : (
        <div className={classes['work']}>
          <ReviewList key={which} rows={rows} at={at} takesFocus={!hasSwitched} onChoose={choose} />
          <div className={classes['one']}>
            <Look key={current.packetId} row={current} />
            <Decision key={`${current.packetId} decision`} row={current} onError={setError} />
          </div>
        </div>
      )}
    </div>
  );
}
