import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import type { Arrival as Verdict } from '../../../app/desk/arrival.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { useArrivalWords } from './arrival-words.ts';
import classes from './arrival.module.css';
import type { Checked } from './check-in.ts';
import desk from './desk.module.css';
import { leave, serve, setQuery, useDesk } from './desk-store.ts';
import { usualReason } from './steps/warnings.tsx';
import { giveNumber } from './tickets.ts';

/** The NIK goes back into the find box, where the digits can be mended. */
async function mend(text: string): Promise<void> {
  if (await leave()) setQuery(text);
}

interface Choice {
  readonly label: string;
  readonly run: () => void;
}

/** What can be done, the one next thing first. */
function useChoices(arrival: Verdict): readonly [Choice, ...Choice[]] {
  const { t } = useWords();
  const toQueue = { label: t('arrival/toQueue'), run: () => void leave() };
  switch (arrival.kind) {
    case 'ready':
    case 'early': {
      const { nik } = arrival;
      const early = { code: 'early', reason: usualReason('arrival') } as const;
      return [
        {
          label: t('ticket/serve'),
          run: () => void serve(nik, arrival.kind === 'early' ? early : undefined),
        },
        { label: t('ticket/give'), run: () => void leave().then(() => giveNumber(nik)) },
        toQueue,
      ];
    }
    case 'recorded':
      return [toQueue];
    case 'elsewhere': {
      const { nik } = arrival;
      return [toQueue, { label: t('arrival/serveHere'), run: () => void serve(nik) }];
    }
    case 'underAge':
    case 'otherKecamatan': {
      const { nik } = arrival;
      return [toQueue, { label: t('arrival/openBiodata'), run: () => void serve(nik, undefined, false) }];
    }
    case 'unknown':
      return [{ label: t('arrival/checkNik'), run: () => void mend(arrival.nik) }, toQueue];
    case 'malformed':
      return [{ label: t('arrival/checkNik'), run: () => void mend(arrival.text) }, toQueue];
  }
}

/** The pre-check's answer for somebody who is not served at once: what is the matter, how it is known, what to do. */
export function Arrival({ checked }: { checked: Checked }) {
  const { t } = useWords();
  const say = useArrivalWords();
  const error = useDesk((state) => state.error);
  const { arrival, resident } = checked;
  const { who, title, sentence, facts, steps } = say(checked);
  const [primary, ...others] = useChoices(arrival);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), [checked]);
  usePrimaryKey(primary.run);
  const shown: [string, string][] = [];
  // Without a name the NIK is the heading already.
  if (resident !== null) shown.push([t('arrival/nik'), formatNik(resident.biodata.nik)]);
  if (resident?.ticket) {
    const { number, state } = resident.ticket;
    shown.push([t('arrival/ticket'), t('arrival/ticketIs', { number, state: t(`ticketState/${state}`) })]);
  }
  return (
    <div className={classes['arrival']}>
      <ScrollRegion className={classes['scroll']} aria-label={t('arrival/label')}>
        {error !== null && <ErrorNotice error={error} />}
        <div className={classes['card']}>
          <p className={classes['what']}>{title}</p>
          <h1 className={classes['who']}>{who}</h1>
          <Notice tone={arrival.kind === 'early' ? 'info' : 'act'}>{sentence}</Notice>
          <dl className={classes['facts']}>
            {[...shown, ...facts].map(([label, value]) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
          {steps.length > 0 && (
            <>
              <h2 className={classes['toDo']}>{t('arrival/toDo')}</h2>
              <ul className={classes['steps']}>
                {steps.map((step) => (
                  <li key={step}>{step}</li>
                ))}
              </ul>
            </>
          )}
        </div>
      </ScrollRegion>
      <footer className={desk['stepFooter']}>
        <div className={desk['quiet']}>
          {others.map((choice) => (
            <Button key={choice.label} variant="default" onClick={choice.run}>
              {choice.label}
            </Button>
          ))}
        </div>
        <div className={desk['actions']}>
          <Button ref={button} onClick={primary.run} rightSection={<EnterMark />} {...LANDING}>
            {primary.label}
          </Button>
        </div>
      </footer>
    </div>
  );
}
