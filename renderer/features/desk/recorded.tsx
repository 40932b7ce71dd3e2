import { Button } from '@mantine/core';
import { IconCircleCheckFilled, IconSchool } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { Response } from '../../../app/ipc/contract.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { useKeys, usePrimaryKey } from '../../components/keys.ts';
import { useWords } from '../../i18n/words.ts';
import { useStatus } from '../../status.ts';
import { SlipPanel } from '../slip/slip-panel.tsx';
import { useSlip } from '../slip/use-slip.ts';
import { useTraining } from '../training/training.tsx';
import { Continue } from './continue.tsx';
import { leave } from './desk-store.ts';
import classes from './desk.module.css';
import { nextTurn } from './tickets.ts';

const SKIP_KEY = 'Alt+L';

/**
 * Shown only after main answered that the packet is on disk. Enter prints the slip, and once it is handed over (or
 * where there is no printer) Enter takes the next resident; Alt+L takes the next one at any time.
 */
export function Recorded({
  recorded,
  today,
}: {
  recorded: Response<'intake.record'>;
  today: Response<'desk.today'> | undefined;
}) {
  const { t, f } = useWords();
  const training = useTraining();
  const copies = useStatus((status) => (status?.mirror.state === 'ok' && !status.mirror.sameDisk ? 2 : 1));
  const next = nextTurn(today?.tickets, recorded.nik);
  const desk = useSlip(recorded.packetId);
  const button = useRef<HTMLButtonElement>(null);
  const go = next?.run ?? (() => void leave());
  const unprinted = desk.printer !== null && desk.slip?.printed === 0;
  const ready = !desk.loading && desk.busy === null;
  const primary = unprinted ? () => desk.hand('printer') : go;
  useEffect(() => {
    // While it is being printed no button holds the focus; afterwards Enter means the next resident.
    if (ready) button.current?.focus();
  }, [ready]);
  usePrimaryKey(ready ? primary : null);
  useKeys({ [SKIP_KEY]: go });
  const nextLabel =
    next === null
      ? t('recorded/toQueue')
      : t('recorded/next', { label: `${next.row.number} · ${next.row.nama}` });
  return (
    <div className={classes['recorded']}>
      <SlipPanel desk={desk}>
        <h1 className={classes['recordedTitle']} data-training={training}>
          {training ? <IconSchool size={32} aria-hidden /> : <IconCircleCheckFilled size={32} aria-hidden />}
          {training ? t('training/recorded') : t('recorded/title')}
        </h1>
        <p className={classes['recordedName']}>{recorded.nama}</p>
        <p className={classes['read']}>{formatNik(recorded.nik)}</p>
        <p>
          {t('recorded/sequence', { sequence: f.number(recorded.sequence) })} ·{' '}
          {t('recorded/at', { time: f.time(recorded.recordedAt) })}
          {!training && copies === 2 && ` · ${t('recorded/copies')}`}
        </p>
        <p className={classes['quietText']}>{training ? t('training/recordedWhy') : t('recorded/sent')}</p>
      </SlipPanel>
      <div className={classes['stepFooter']}>
        <div className={classes['quiet']}>
          {next !== null && (
            <Button variant="default" onClick={() => void leave()}>
              {t('recorded/toQueue')}
            </Button>
          )}
          <Continue tickets={today?.tickets} except={recorded.nik} />
        </div>
        <div className={classes['actions']}>
          {unprinted && (
            <Button
              variant="default"
              onClick={go}
              aria-keyshortcuts={SKIP_KEY}
              rightSection={<kbd aria-hidden>{SKIP_KEY}</kbd>}
            >
              {t('slip/skip')}
            </Button>
          )}
          {!unprinted && desk.printer !== null && (
            <Button variant="default" disabled={!ready} onClick={() => desk.hand('printer')}>
              {t('slip/printAgain')}
            </Button>
          )}
          <Button
            ref={button}
            onClick={primary}
            disabled={desk.loading}
            loading={desk.busy !== null}
            rightSection={<EnterMark />}
            {...LANDING}
          >
            <span className={classes['ellipsis']}>{unprinted ? t('slip/print') : nextLabel}</span>
          </Button>
        </div>
      </div>
    </div>
  );
}
