import { Button, NativeSelect } from '@mantine/core';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import type { ErrorShape } from '../../../app/errors.ts';
import type { Response, Slip } from '../../../app/ipc/contract.ts';
import type { Result } from '../../../app/result.ts';
import { announce } from '../../components/announcer.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords, words } from '../../i18n/words.ts';
import classes from './paper-dialog.module.css';
import slip from './slip.module.css';

interface Props {
  title: string;
  /** What main prints: the sheet that is marked so; null until it has come. */
  sheet: string | null;
  printers: Slip['printers'];
  /** Why there is none. */
  failed: ErrorShape | null;
  onRetry: () => void;
  print: (printer: string | null) => Promise<Result<Response<'slip.print'>, ErrorShape>>;
  /** The printer has it. */
  printed: string;
  /** The paper itself: shown here, and printed. */
  children: ReactNode;
  onClose: () => void;
}

/** A paper on its way out: looked at, printed and saved as often as anybody wants it. */
export function PaperDialog({
  title,
  sheet,
  printers,
  failed,
  onRetry,
  print,
  printed,
  children,
  onClose,
}: Props) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const first = useRef<HTMLButtonElement>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [said, setSaid] = useState('');
  const [error, setError] = useState<ErrorShape | null>(null);
  const isThere = sheet !== null;
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  useEffect(() => {
    if (isThere) first.current?.focus();
  }, [isThere]);
  const known = printers.find(({ name }) => name === chosen) ?? printers.find(({ isDefault }) => isDefault);
  const printer = (known ?? printers[0])?.name ?? null;
  const send = async (to: string | null) => {
    setError(null);
    setSaid('');
    const result = await print(to);
    if (!result.ok) return setError(result.error);
    const { t: say } = words();
    const { to: went, file } = result.value;
    const done =
      went === 'pdf' ? say('slip/toFile', { file }) : went === 'printer' ? printed : say('slip/cancelled');
    setSaid(done);
    announce(done);
  };
  return (
    <dialog ref={dialog} className={classes['dialog']} aria-labelledby="paper-title" onClose={onClose}>
      <div className={classes['head']}>
        <h2 id="paper-title">{title}</h2>
        {failed !== null && <ErrorNotice error={failed} onRetry={onRetry} />}
        {error !== null && <ErrorNotice error={error} />}
        {said !== '' && <p>{said}</p>}
      </div>
      <ScrollRegion className={classes['preview']} aria-label={t('day/preview')}>
        {isThere && <div className={classes['zoom']}>{children}</div>}
      </ScrollRegion>
      <div className={classes['foot']}>
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
          disabled={!isThere}
          onClick={() => void send(null)}
        >
          {t('slip/pdf')}
        </Button>
        {printer !== null && (
          <Button ref={first} disabled={!isThere} onClick={() => void send(printer)}>
            {t('sheet/print')}
          </Button>
        )}
      </div>
      {isThere &&
        createPortal(
          // Main prints only what stands here for exactly this sheet.
          <div className={slip['sheet']} data-sheet={sheet}>
            {children}
          </div>,
          document.body,
        )}
    </dialog>
  );
}
