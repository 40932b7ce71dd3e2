import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { ErrorShape } from '../../../app/errors.ts';
import { useApp } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords, words } from '../../i18n/words.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import slip from '../slip/slip.module.css';
import classes from './day.module.css';
import type { Opened } from './rows.ts';
import { SheetPaper } from './sheet-paper.tsx';

/** A closed day's sheet: read, printed and saved as often as anybody wants it. */
export function SheetDialog({ opened, onClose }: { opened: Opened; onClose: () => void }) {
  const { t, f } = useWords();
  const { date, number } = opened;
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const query = useQuery({
    queryKey: ['day-sheet', date, number],
    queryFn: () => ask(station.day.sheet({ date, number })),
    gcTime: 0,
  });
  const dialog = useRef<HTMLDialogElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const [error, setError] = useState<ErrorShape | null>(null);
  const { data } = query;
  const isThere = data !== undefined;
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  useEffect(() => {
    if (isThere) first.current?.focus();
  }, [isThere]);
  const printers = data?.printers ?? [];
  const known = printers.find(({ name }) => name === chosen) ?? printers.find(({ isDefault }) => isDefault);
  const printer = (known ?? printers[0])?.name ?? null;
  const print = async (to: string | null) => {
    setError(null);
    setSaid('');
    const result = await answer(station.day.print({ date, number, printer: to }));
    if (!result.ok) return setError(result.error);
    const { t: say } = words();
    const done =
      result.value.to === 'pdf'
        ? say('slip/toFile', { file: result.value.file })
        : say(result.value.to === 'printer' ? 'day/printed' : 'slip/cancelled');
    setSaid(done);
    announce(done);
  };
  return (
    <dialog ref={dialog} className={classes['dialog']} aria-labelledby="day-sheet-title" onClose={onClose}>
      <div className={classes['dialogHead']}>
        <h2 id="day-sheet-title">{t('day/sheetOf', { date: f.date(`${date}T12:00`), number })}</h2>
        {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
        {error !== null && <ErrorNotice error={error} />}
        {said !== '' && <p>{said}</p>}
      </div>
      <ScrollRegion className={classes['preview']} aria-label={t('day/preview')}>
        {data !== undefined && (
          <div className={classes['zoom']}>
            <SheetPaper opened={data} kecamatan={kecamatan} />
          </div>
        )}
      </ScrollRegion>
      <div className={classes['dialogFoot']}>
        {printer !== null && (
          <NativeSelect
            aria-label={t('slip/printer')}
            value={printer}
            data={printers.map(({ name, label }) => ({ value: name, label }))}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
        <Button variant="default" onClick={() => dialog.current?.close()}>
          {t('slip/close')}
        </Button>
        <Button
          {...(printer === null ? { ref: first } : { variant: 'default' })}
          disabled={data === undefined}
          onClick={() => void print(null)}
        >
          {t('slip/pdf')}
        </Button>
        {printer !== null && (
          <Button ref={first} disabled={data === undefined} onClick={() => void print(printer)}>
            {t('sheet/print')}
          </Button>
        )}
      </div>
      {data !== undefined &&
        createPortal(
          // Main prints only what stands here for exactly this sheet.
          <div className={slip['sheet']} data-sheet={`day ${date} ${number}`}>
            <SheetPaper opened={data} kecamatan={kecamatan} />
          </div>,
          document.body,
        )}
    </dialog>
  );
}
