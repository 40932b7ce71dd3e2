import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { CourierProgress, CourierState } from '../../../app/ipc/courier.ts';
import type { IpcResult } from '../../../app/ipc/result.ts';
import { RECEIPTS_FILE } from '../../../app/sync/courier.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, words } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import { sentencesOf } from './sentences.ts';
import look from '../supervisor/supervisor.module.css';
import classes from './courier.module.css';

type Last = NonNullable<CourierState['last']>;

/** Whoever comes back to the screen finds what runs, and what came last. */
function useCourier(): CourierState {
  const [state, setState] = useState<CourierState>({ packed: null, progress: null, last: null });
  useEffect(() => {
    let isTold = false;
    const off = station.events.on('courier.changed', (next) => {
      isTold = true;
      setState(next);
    });
    void answer(station.courier.state(undefined)).then((result) => {
      if (result.ok && !isTold) setState(result.value);
    });
    return off;
  }, []);
  return state;
}

function Progress({ progress }: { progress: CourierProgress }) {
  const { t, f } = useWords();
  const { packets, bytes, phase } = progress;
  const share = bytes.total > 0 ? bytes.done / bytes.total : 0;
  const details = [t('courier/share', { done: f.number(packets.done), total: f.number(packets.total) })];
  if (phase !== 'receipts')
    details.push(t('courier/share', { done: f.bytes(bytes.done), total: f.bytes(bytes.total) }));
  return (
    <>
      <progress
        aria-label={t('courier/progress')}
        value={Math.round(share * 100)}
        max={100}
        aria-valuetext={details.join(' · ')}
        className={look['bar']}
      />
      <p>
        <StateMark tone="running">{t(`courier/phase_${phase}`)}</StateMark> {details.join(' · ')}
      </p>
    </>
  );
}

function Result({ last }: { last: Last | null }) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  if (last === null) return <p className={look['cause']}>{t('courier/idle')}</p>;
  const { tone, first, rest } = sentencesOf(last, vocabulary);
  return (
    <>
      <p className={classes['first']}>
        <StateMark tone={tone}>
          <span className={classes['wrap']}>{first}</span>
        </StateMark>
      </p>
      {rest.map((text) => (
        <p key={text} className={`${look['cause']} ${classes['said']}`}>
          {text}
        </p>
      ))}
    </>
  );
}

async function ask(act: Last['kind']): Promise<IpcResult<Last | null>> {
  if (act === 'pack') {
    const result = await answer(station.courier.pack(undefined));
    return result.ok ? { ok: true, value: result.value && { kind: 'pack', summary: result.value } } : result;
  }
  const result = await answer(station.courier.receipts(undefined));
  return result.ok
    ? { ok: true, value: result.value && { kind: 'receipts', summary: result.value } }
    : result;
}

/** Packets to a disk and receipts back from it, where the link does not reach. */
export function Courier() {
  const { t, f } = useWords();
  const waiting = useStatus((status) => status?.outbox.waiting ?? 0);
  const waitingBytes = useStatus((status) => status?.outbox.waitingBytes ?? 0);
  const { packed, progress, last } = useCourier();
  const now = useNow();
  const [error, setError] = useState<ErrorShape | null>(null);
  const [asked, setAsked] = useState(false);
  const [cancelling, setCancelling] = useState(false);
  const busy = asked || progress !== null;

  const run = async (act: Last['kind']) => {
    // The buttons keep the focus while it runs; a second Enter starts nothing.
    if (busy) return;
    setAsked(true);
    setError(null);
    const result = await ask(act);
    setAsked(false);
    setCancelling(false);
    if (!result.ok) setError(result.error);
    else if (result.value !== null) {
      announce(sentencesOf(result.value, words()).first);
      void queries.invalidateQueries({ queryKey: ['outbox'] });
    }
  };
  const cancel = async () => {
    setCancelling(true);
    await answer(station.courier.cancel(undefined));
  };
  const blocked = busy ? { 'aria-disabled': true, 'data-disabled': true } : {};

  return (
    <section aria-labelledby="courier-title" className={look['card']}>
      <h2 id="courier-title">{t('courier/title')}</h2>
      <p className={look['cause']}>{t('courier/lead')}</p>
      <ol className={classes['steps']}>
        <li>
          {waiting === 0
            ? t('courier/step1None')
            : t('courier/step1', { many: f.number(waiting), size: f.bytes(waitingBytes) })}
          {packed !== null && (
            <p>
              <StateMark tone="safe">
                <span className={classes['wrap']}>
                  {t('courier/copiedAt', {
                    time: f.moment(packed.at, now),
                    folder: packed.folder,
                    many: f.number(packed.packets),
                  })}
                </span>
              </StateMark>
            </p>
          )}
        </li>
        <li>{t('courier/step2', { file: RECEIPTS_FILE })}</li>
        <li>{t('courier/step3')}</li>
      </ol>
      <div className={classes['row']}>
        <Button
          variant="default"
          onClick={() => void run('pack')}
          disabled={waiting === 0 && !busy}
          {...blocked}
        >
          {t('courier/pack')}
        </Button>
        <Button variant="default" onClick={() => void run('receipts')} {...blocked}>
          {t('courier/receipts')}
        </Button>
        <Button variant="default" onClick={() => void cancel()} disabled={progress === null || cancelling}>
          {t(cancelling ? 'courier/cancelling' : 'courier/cancel')}
        </Button>
      </div>
      <div className={classes['state']}>
        {progress !== null ? (
          <Progress progress={progress} />
        ) : error !== null ? (
          <ErrorNotice error={error} />
        ) : (
          <Result last={last} />
        )}
      </div>
    </section>
  );
}
