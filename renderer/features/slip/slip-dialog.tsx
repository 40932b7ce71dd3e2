import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { OutboxRow } from '../../../app/ipc/contract.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { usePrimaryKey } from '../../components/keys.ts';
import { useWords } from '../../i18n/words.ts';
import { SlipPanel } from './slip-panel.tsx';
import classes from './slip.module.css';
import { useSlip } from './use-slip.ts';

/** A slip again, from the outbox: for one whose paper is lost, or whose printer was not there at the time. */
export function SlipDialog({ row, onClose }: { row: OutboxRow; onClose: () => void }) {
  const { t } = useWords();
  const desk = useSlip(row.packetId);
  const dialog = useRef<HTMLDialogElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const ready = !desk.loading && desk.busy === null;
  // Closed by itself, not taken away: only so does the focus go back to the row.
  const close = () => dialog.current?.close();
  const canPrint = desk.printer !== null;
  const primary = canPrint ? () => desk.hand('printer') : close;

  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  useEffect(() => {
    if (ready) button.current?.focus();
  }, [ready]);
  usePrimaryKey(ready ? primary : null);

  return (
    <dialog ref={dialog} className={classes['dialog']} aria-labelledby="slip-title" onClose={onClose}>
      <SlipPanel desk={desk}>
        <h2 id="slip-title">{t('slip/heading')}</h2>
        <p className={classes['name']}>{row.nama}</p>
        <p>{formatNik(row.nik)}</p>
      </SlipPanel>
      <div className={classes['actions']}>
        {canPrint && (
          <Button variant="default" onClick={close}>
            {t('slip/close')}
          </Button>
        )}
        <Button
          ref={button}
          onClick={primary}
          disabled={desk.loading}
          loading={desk.busy === 'printer'}
          rightSection={<EnterMark />}
          {...LANDING}
        >
          {canPrint ? t(desk.slip?.printed === 0 ? 'slip/print' : 'slip/printAgain') : t('slip/close')}
        </Button>
      </div>
    </dialog>
  );
}
