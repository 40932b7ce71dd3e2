import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { REASON_MIN } from '../../../app/reason.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './doctor.module.css';

/** Why a packet is held back: whoever finds it held reads it there. */
export function HoldForm({ onHold, onClose }: { onHold: (reason: string) => void; onClose: () => void }) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  return (
    <form
      className={classes['hold']}
      aria-label={t('doctor/hold')}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim().length < REASON_MIN) return setShort(true);
        onHold(reason.trim());
      }}
    >
      <TextInput
        ref={input}
        label={t('doctor/holdReason')}
        value={reason}
        maxLength={120}
        error={short ? <span role="alert">{t('doctor/holdShort')}</span> : null}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          setShort(false);
        }}
      />
      <div className={classes['actions']}>
        <Button variant="default" onClick={onClose}>
          {t('common/cancel')}
        </Button>
        <Button type="submit">{t('doctor/holdConfirm')}</Button>
      </div>
    </form>
  );
}
