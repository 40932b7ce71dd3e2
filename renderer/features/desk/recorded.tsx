import { Button } from '@mantine/core';
import { IconCircleCheckFilled, IconCornerDownLeft } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { Response } from '../../../app/ipc/contract.ts';
import { usePrimaryKey } from '../../components/keys.ts';
import { useWords } from '../../i18n/words.ts';
import { leave, openDraft, openResident } from './desk-store.ts';
import classes from './desk.module.css';

/** Who comes next: the lowest number that waits, else the next summons. */
function nextOf(today: Response<'desk.today'> | undefined, recordedNik: string) {
  const ticket = today?.tickets.find((row) => row.state === 'waiting' && row.nik !== recordedNik);
  if (ticket !== undefined) {
    const open = () =>
      void (ticket.packetId === null ? openResident(ticket.nik) : openDraft(ticket.packetId));
    return { label: `${ticket.number} · ${ticket.nama}`, open };
  }
  const summons = today?.summons.find((row) => !row.recorded && row.nik !== recordedNik);
  return summons === undefined ? null : { label: summons.nama, open: () => void openResident(summons.nik) };
}

/** Shown only after main answered that the packet is on disk. */
export function Recorded({
  recorded,
  today,
}: {
  recorded: Response<'intake.record'>;
  today: Response<'desk.today'> | undefined;
}) {
  const { t, f } = useWords();
  const next = nextOf(today, recorded.nik);
  const button = useRef<HTMLButtonElement>(null);
  const go = next?.open ?? (() => void leave());
  useEffect(() => button.current?.focus(), []);
  usePrimaryKey(go);
  return (
    <div className={classes['recorded']}>
      <div className={classes['recordedCard']}>
        <h1 className={classes['recordedTitle']}>
          <IconCircleCheckFilled size={32} aria-hidden />
          {t('recorded/title')}
        </h1>
        <p className={classes['recordedName']}>{recorded.nama}</p>
        <p className={classes['read']}>{formatNik(recorded.nik)}</p>
        <p>
          {t('recorded/sequence', { sequence: f.number(recorded.sequence) })} ·{' '}
          {t('recorded/at', { time: f.time(recorded.recordedAt) })}
        </p>
        <p className={classes['quietText']}>{t('recorded/sent')}</p>
      </div>
      <div className={classes['stepFooter']}>
        <div className={classes['quiet']}>
          {next !== null && (
            <Button variant="default" onClick={() => void leave()}>
              {t('recorded/toQueue')}
            </Button>
          )}
        </div>
        <div className={classes['actions']}>
          <Button ref={button} onClick={go} rightSection={<IconCornerDownLeft size={16} aria-hidden />}>
            <span className={classes['ellipsis']}>
              {next === null ? t('recorded/toQueue') : t('recorded/next', { label: next.label })}
            </span>
          </Button>
        </div>
      </div>
    </div>
  );
}
