import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import type { ErrorShape } from '../../../app/errors.ts';
import type { Sheet } from '../../../app/ipc/takeover.ts';
import { useApp } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { useWords, words } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import slip from '../slip/slip.module.css';
import { RecoverySheet } from './recovery-sheet.tsx';
import classes from './takeover.module.css';

/** A new recovery sheet: the supervisor's password, the center's part, and then once on paper. */
export function SheetDialog({ onClose }: { onClose: (printed: boolean) => void }) {
  const { t } = useWords();
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const dialog = useRef<HTMLDialogElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const printButton = useRef<HTMLButtonElement>(null);
  const [password, setPassword] = useState('');
  const [sheet, setSheet] = useState<Sheet | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const printed = useRef(false);
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  useEffect(() => {
    (sheet === null ? passwordField : printButton).current?.focus();
  }, [sheet]);
  // Whatever takes it off the screen takes the code out of main's memory too.
  useEffect(() => {
    if (sheet === null) return;
    return () => void answer(station.recovery.drop(sheet.id));
  }, [sheet]);

  const printers = sheet?.printers ?? [];
  const printer =
    (
      printers.find(({ name }) => name === chosen) ??
      printers.find(({ isDefault }) => isDefault) ??
      printers[0]
    )?.name ?? null;

  const issue = async () => {
    if (busy || password === '') return passwordField.current?.focus();
    setBusy(true);
    setError(null);
    const result = await answer(station.recovery.issue({ password }));
    setBusy(false);
    setPassword('');
    if (result.ok) return setSheet(result.value);
    setError(result.error);
    passwordField.current?.focus();
  };
  const print = async (to: string | null) => {
    if (busy || sheet === null) return;
    setBusy(true);
    setError(null);
    const result = await answer(station.recovery.print({ id: sheet.id, printer: to }));
    setBusy(false);
    if (!result.ok) return setError(result.error);
    if (result.value.to === 'cancelled') return;
    printed.current = true;
    announce(words().t('sheet/printed'));
    dialog.current?.close();
  };
  const close = () => dialog.current?.close();

  return (
    <dialog
      ref={dialog}
      className={classes['dialog']}
      aria-labelledby="sheet-title"
      onClose={() => onClose(printed.current)}
    >
      {sheet === null ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void issue();
          }}
        >
          <h2 id="sheet-title">{t('sheet/title')}</h2>
          <p className={classes['quiet']}>{t('sheet/lead')}</p>
          <Notice>{t('sheet/void')}</Notice>
          <TextInput
            type="password"
            ref={passwordField}
            label={t('sheet/password')}
            description={t('sheet/passwordHelp')}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            autoComplete="off"
          />
          {error !== null && <ErrorNotice error={error} />}
          <div className={classes['buttons']}>
            <Button variant="default" onClick={close}>
              {t('sheet/cancel')}
            </Button>
            <Button type="submit" loading={busy} loaderProps={{ 'aria-label': t('activation/busy') }}>
              {t('sheet/issue')}
            </Button>
          </div>
        </form>
      ) : (
        <div>
          <h2 id="sheet-title">{t('sheet/ready')}</h2>
          <p className={classes['quiet']}>{t('sheet/once')}</p>
          {printer !== null && (
            <NativeSelect
              label={t('slip/printer')}
              value={printer}
              data={printers.map(({ name, label }) => ({ value: name, label }))}
              onChange={(event) => setChosen(event.currentTarget.value)}
            />
          )}
          {printer === null && <p className={classes['quiet']}>{t('slip/noPrinter')}</p>}
          <p className={classes['quiet']}>{t('sheet/pdfPlain')}</p>
          {error !== null && <ErrorNotice error={error} />}
          <div className={classes['buttons']}>
            <Button variant="default" onClick={close}>
              {t('sheet/cancel')}
            </Button>
            <Button
              {...(printer === null ? { ref: printButton } : { variant: 'default' })}
              onClick={() => void print(null)}
            >
              {t('slip/pdf')}
            </Button>
            {printer !== null && (
              <Button ref={printButton} loading={busy} onClick={() => void print(printer)}>
                {t('sheet/print')}
              </Button>
            )}
          </div>
          {createPortal(
            // Main prints only what stands here for exactly this sheet.
            <div className={slip['sheet']} data-sheet={`recovery ${sheet.id}`}>
              <RecoverySheet sheet={sheet} kecamatan={kecamatan} />
            </div>,
            document.body,
          )}
        </div>
      )}
    </dialog>
  );
}
