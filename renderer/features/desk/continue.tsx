import { Button } from '@mantine/core';
import { interrupted } from '../../../app/desk/ticket.ts';
import { formatNik } from '../../../app/enrollment/nik.ts';
import type { TicketRow } from '../../../app/ipc/contract.ts';
import { useKeys } from '../../components/keys.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './desk.module.css';
import { serveTicket } from './tickets.ts';

const CONTINUE_KEY = 'Alt+D';

/**
 * Back to whoever stepped aside, beside the next number.
 * @param except a NIK that is done with, whatever the list still says
 */
export function Continue({
  tickets,
  except,
}: {
  tickets: readonly TicketRow[] | undefined;
  except?: string;
}) {
  const { t } = useWords();
  const row = interrupted((tickets ?? []).filter(({ nik }) => nik !== except));
  const run = row === null ? undefined : () => void serveTicket(row);
  useKeys({ [CONTINUE_KEY]: run });
  if (row === null) return null;
  const label = t('ticket/continue', {
    number: row.number,
    nama: row.nama === '' ? formatNik(row.nik) : row.nama,
  });
  return (
    <Button
      variant="default"
      onClick={run}
      title={label}
      aria-keyshortcuts={CONTINUE_KEY}
      rightSection={<kbd aria-hidden>{CONTINUE_KEY}</kbd>}
    >
      <span className={classes['continue']}>{label}</span>
    </Button>
  );
}
