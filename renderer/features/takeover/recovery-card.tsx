import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { go } from '../../app-state.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, station } from '../../station.ts';
import look from '../supervisor/supervisor.module.css';
import { gapSentence, standing } from './sentences.ts';
import { SheetDialog } from './sheet-dialog.tsx';
import { useTakeover } from './use-takeover.ts';

export function useKit() {
  return useQuery({ queryKey: ['recovery'], queryFn: () => ask(station.recovery.status(undefined)) });
}

/** For the supervisor: the sheet that a replacement PC needs, and the stations that this one took over. */
export function RecoveryCard() {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const now = useNow();
  const [printing, setPrinting] = useState(false);
  const query = useKit();
  const state = useTakeover();
  const printedAt = query.data?.printedAt ?? null;
  const said = (state?.takeovers ?? []).flatMap((row) =>
    [standing(row, state?.activation ?? 'done', vocabulary), gapSentence(row, vocabulary)].filter(
      (one) => one !== null,
    ),
  );
  return (
    <section aria-labelledby="recovery-title" className={look['card']}>
      <h2 id="recovery-title">{t('sheet/card')}</h2>
      <p className={look['cause']}>{t('sheet/why')}</p>
      {query.data !== undefined && (
        <p>
          <StateMark tone={printedAt === null ? 'act' : 'safe'}>
            <span className={look['wrap']}>
              {printedAt === null
                ? t('sheet/none')
                : t('sheet/printedAt', { time: f.moment(printedAt, now), by: query.data.by ?? '' })}
            </span>
          </StateMark>
        </p>
      )}
      {said.map(({ tone, text }) => (
        <p key={text}>
          <StateMark tone={tone}>
            <span className={look['wrap']}>{text}</span>
          </StateMark>
        </p>
      ))}
      <div className={look['syncRow']}>
        <Button variant="default" onClick={() => setPrinting(true)}>
          {t(printedAt === null ? 'sheet/open' : 'sheet/openAgain')}
        </Button>
        <Button variant="default" onClick={() => go('takeover')}>
          {t('takeover/open')}
        </Button>
      </div>
      {printing && (
        <SheetDialog
          onClose={() => {
            setPrinting(false);
            void query.refetch();
          }}
        />
      )}
    </section>
  );
}
