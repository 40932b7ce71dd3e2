import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { REASON_MIN } from '../../../app/reason.ts';
import type { TicketRow } from '../../../app/ipc/contract.ts';
import { useEscape } from '../../components/keys.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './queue.module.css';
import { setTicket } from './tickets.ts';

const REASONS = ['reasonPapers', 'reasonLater', 'reasonUnwell'] as const;
/** Why somebody is put off: one of the usual reasons at a touch, or in words. */
export function DeferForm({
  row,
  close,
  done,
}: {
  row: TicketRow;
  /** Put off after all not. */
  close: () => void;
  /** Put off: whoever opened this is through with the row. */
  done: () => void;
}) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  useEscape(close);
  const defer = (why: string) => {
    if (why.trim().length < REASON_MIN) return setShort(true);
    done();
    void setTicket(row, { state: 'deferred', reason: why.trim() });
  };
  return (
    <form
      className={classes['defer']}
      aria-label={t('ticket/deferTitle')}
      onSubmit={(event) => {
        event.preventDefault();
        defer(reason);
      }}
    >
      <TextInput
        ref={input}
        label={t('ticket/deferTitle')}
        aria-label={t('ticket/deferReason')}
        value={reason}
        maxLength={120}
        error={short ? <span role="alert">{t('ticket/deferShort')}</span> : null}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          setShort(false);
        }}
      />
      <div className={classes['actions']}>
        {REASONS.map((key) => (
          <button
            key={key}
            type="button"
            className={classes['action']}
            onClick={() => defer(t(`ticket/${key}`))}
          >
            {t(`ticket/${key}`)}
          </button>
        ))}
      </div>
      <div className={classes['actions']}>
        <Button variant="default" size="compact-md" onClick={close}>
          {t('common/cancel')}
        </Button>
        <Button type="submit" size="compact-md">
          {t('ticket/deferConfirm')}
        </Button>
      </div>
    </form>
  );
}
