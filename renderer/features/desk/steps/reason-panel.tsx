import { Button, TextInput } from '@mantine/core';
import { useEffect, useId, useRef, useState } from 'react';
import type { ErrorShape } from '../../../../app/errors.ts';
import { REASON_MAX, REASON_MIN } from '../../../../app/reason.ts';
import { useEscape } from '../../../components/keys.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import { useWords } from '../../../i18n/words.ts';
import classes from '../desk.module.css';

/** An act that wants a reason, in place of the step: Escape gives it up. */
export function ReasonPanel({
  title,
  explanation,
  label,
  submit,
  destructive = false,
  onReason,
  onClose,
}: {
  title: string;
  explanation: string;
  label: string;
  submit: string;
  destructive?: boolean;
  /** @returns why it did not happen */
  onReason: (reason: string) => Promise<ErrorShape | null> | null;
  onClose: () => void;
}) {
  const { t } = useWords();
  const id = useId();
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  useEscape(onClose);

  const act = async () => {
    if (reason.trim().length < REASON_MIN) return setShort(true);
    setError(await onReason(reason.trim()));
  };

  return (
    <section className={classes['step']}>
      <form
        className={classes['panel']}
        aria-labelledby={id}
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        <h2 id={id}>{title}</h2>
        <p>{explanation}</p>
        <TextInput
          ref={field}
          label={label}
          value={reason}
          maxLength={REASON_MAX}
          error={short ? <span role="alert">{t('common/reasonShort')}</span> : null}
          onChange={(event) => {
            setReason(event.currentTarget.value);
            setShort(false);
          }}
          autoComplete="off"
        />
        {error !== null && <ErrorNotice error={error} />}
        <div className={classes['panelActions']}>
          <span className={classes['spring']} />
          <Button variant="default" onClick={onClose}>
            {t('common/cancel')}
          </Button>
          <Button type="submit" {...(destructive && { color: 'red.9' })}>
            {submit}
          </Button>
        </div>
      </form>
    </section>
  );
}
