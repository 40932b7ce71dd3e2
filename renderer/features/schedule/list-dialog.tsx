import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { ErrorShape } from '../../../app/errors.ts';
import type { ListOrder } from '../../../app/ipc/schedule.ts';
import { useApp } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import slip from '../slip/slip.module.css';
import { ListPaper } from './list-paper.tsx';
import classes from './schedule.module.css';
import { useDesaName } from './use-desa-name.ts';

/** A list for the desa on its way to the printer or into a PDF. */
export function ListDialog({ order, onClose }: { order: ListOrder; onClose: () => void }) {
  const { t, f } = useWords();
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const desaName = useDesaName();
  const dialog = useRef<HTMLDialogElement>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const query = useQuery({
    queryKey: ['schedule', 'sheet', order],
    queryFn: () => ask(station.schedule.sheet(order)),
    // Main prints the last one that it gave, and the list may have changed since.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  const sheet = query.data ?? null;
  const printers = sheet?.printers ?? [];
  const printer =
    (
      printers.find(({ name }) => name === chosen) ??
      printers.find(({ isDefault }) => isDefault) ??
      printers[0]
    )?.name ?? null;
  const print = async (to: string | null) => {
    if (busy || sheet === null) return;
    setBusy(true);
    setError(null);
    const result = await answer(station.schedule.print({ id: sheet.id, printer: to }));
    setBusy(false);
    if (!result.ok) return setError(result.error);
    if (result.value.to === 'cancelled') return;
    announce(
      result.value.file === null
        ? t('schedule/printed')
        : t('schedule/saved', { file: result.value.file, many: f.number(sheet.people.length) }),
    );
    dialog.current?.close();
  };
  const isEmpty = sheet !== null && sheet.people.length === 0;
  return (
    <dialog ref={dialog} className={classes['dialog']} aria-labelledby="list-title" onClose={onClose}>
      <div>
        <h2 id="list-title">{t(`schedule/sheet_${order.kind}`)}</h2>
        {order.kind === 'group' && <p>{desaName(order.desa)}</p>}
        <p>
          {order.kind === 'group'
            ? t('carry/place', { date: f.date(`${order.date}T12:00`), session: t(`desk/${order.session}`) })
            : t('schedule/carriedOn', { date: f.date(`${order.date}T12:00`) })}
        </p>
        {query.isPending && <p className={classes['quiet']}>{t('common/loading')}</p>}
        {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
        {isEmpty && <p>{t('schedule/sheetEmpty')}</p>}
        {sheet !== null && !isEmpty && (
          <p>{t('schedule/many', { many: f.number(sheet.people.length), count: sheet.people.length })}</p>
        )}
        {printer !== null && (
          <NativeSelect
            label={t('slip/printer')}
            value={printer}
            data={printers.map(({ name, label }) => ({ value: name, label }))}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
        {sheet !== null && printer === null && <p className={classes['quiet']}>{t('slip/noPrinter')}</p>}
        <p className={classes['quiet']}>{t('schedule/pdfPlain')}</p>
        {error !== null && <ErrorNotice error={error} />}
        <div className={classes['buttons']}>
          <Button variant="default" onClick={() => dialog.current?.close()}>
            {t('schedule/close')}
          </Button>
          <Button
            variant="default"
            disabled={sheet === null || isEmpty || busy}
            onClick={() => void print(null)}
          >
            {t('slip/pdf')}
          </Button>
          {printer !== null && (
            <Button disabled={isEmpty} loading={busy} onClick={() => void print(printer)}>
              {t('schedule/print')}
            </Button>
          )}
        </div>
      </div>
      {sheet !== null &&
        !isEmpty &&
        createPortal(
          // Main prints only what stands here for exactly this list.
          <div className={slip['sheet']} data-sheet={`list ${sheet.id}`}>
            <ListPaper sheet={sheet} kecamatan={kecamatan} />
          </div>,
          document.body,
        )}
    </dialog>
  );
}
