import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApp } from '../../app-state.ts';
import { useKeys } from '../../components/keys.ts';
import { useWords } from '../../i18n/words.ts';
import { ask, station } from '../../station.ts';
import { deskNow, leave, openResident, scanWhileWorking, useDesk } from './desk-store.ts';
import classes from './desk.module.css';
import { Idle } from './idle.tsx';
import { Queue } from './queue.tsx';
import { Recorded } from './recorded.tsx';
import { EMPTY_SCAN, scanKey } from './scanner.ts';
import { WorkArea } from './work-area.tsx';

/** A scanner's keys outside a text field: opens at once, or waits where an enrollment is open. */
function useScanner(): void {
  useEffect(() => {
    let buffer = EMPTY_SCAN;
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      const scanned = scanKey(buffer, event.key, event.timeStamp);
      buffer = scanned.buffer;
      if (scanned.nik === null) return;
      event.preventDefault();
      event.stopPropagation();
      if (deskNow().view.kind === 'working') scanWhileWorking(scanned.nik);
      else void openResident(scanned.nik);
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, []);
}

export default function Desk() {
  const { t } = useWords();
  const view = useDesk((state) => state.view);
  const setting = useApp((state) => state.info?.policy?.stepOrder);
  const today = useQuery({ queryKey: ['desk', 'today'], queryFn: () => ask(station.desk.today(undefined)) });
  useScanner();
  useKeys({ Escape: () => void leave() });

  return (
    <div className={classes['desk']} data-working={view.kind === 'working'}>
      <Queue today={today} />
      {view.kind === 'working' ? (
        <WorkArea
          key={view.work.state().draft.packetId}
          work={view.work}
          opening={view.opening}
          setting={setting}
          today={today.data?.date ?? localDate()}
        />
      ) : (
        <section className={classes['work']} aria-label={t('desk/work')}>
          {view.kind === 'recorded' ? (
            <Recorded recorded={view.recorded} today={today.data} />
          ) : (
            <Idle opening={view.kind === 'opening'} />
          )}
        </section>
      )}
    </div>
  );
}

/** The computer's date, only until main has told the desk's. */
function localDate(): string {
  const now = new Date();
  return `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
}
