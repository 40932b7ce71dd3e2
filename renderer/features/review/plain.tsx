import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { ReviewRow } from '../../../app/ipc/review.ts';
import { announce } from '../../components/announcer.tsx';
import { useEscape } from '../../components/keys.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './review.module.css';
import { approve } from './use-reviews.ts';

function Ask({ count, onYes, onNo }: { count: number; onYes: () => void; onNo: () => void }) {
  const { t, f } = useWords();
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => no.current?.focus(), []);
  useEscape(onNo);
  return (
    <fieldset className={classes['ask']} aria-labelledby="review-ask">
      <span id="review-ask">{t('reviews/plainAsk', { count, many: f.number(count) })}</span>
      <Button ref={no} variant="default" onClick={onNo}>
        {t('common/cancel')}
      </Button>
      <Button onClick={onYes}>{t('reviews/plainDo')}</Button>
    </fieldset>
  );
}

/** Those that nothing speaks against, at once: as many as stand in the list, and none that came since. */
export function PlainOnes({
  rows,
  onError,
}: {
  rows: readonly ReviewRow[];
  onError: (error: ErrorShape | null) => void;
}) {
  const { t, f } = useWords();
  /** Whom the question speaks of, whatever comes into the list meanwhile. */
  const [asked, setAsked] = useState<readonly ReviewRow[] | null>(null);
  const plain = rows.filter(({ risks, isOwn }) => risks.length === 0 && !isOwn);
  const yes = async (those: readonly ReviewRow[]) => {
    setAsked(null);
    const refused = await approve(those.map(({ packetId }) => packetId));
    onError(refused);
    if (refused === null)
      announce(t('reviews/plainSaid', { count: those.length, many: f.number(those.length) }));
  };
  if (asked !== null)
    return <Ask count={asked.length} onYes={() => void yes(asked)} onNo={() => setAsked(null)} />;
  if (plain.length < 2) return null;
  return (
    <Button
      variant="default"
      onClick={() => {
        onError(null);
        setAsked(plain);
      }}
    >
      {t('reviews/approvePlain', { count: plain.length, many: f.number(plain.length) })}
    </Button>
  );
}
