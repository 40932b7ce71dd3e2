import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../../app/errors.ts';
import { REASON_MAX, REASON_MIN } from '../../../../app/reason.ts';
import { useEscape } from '../../../components/keys.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import { useWords } from '../../../i18n/words.ts';
import classes from '../desk.module.css';

interface Ask {
  readonly title: string;
  readonly label: string;
  readonly submit: string;
  readonly destructive?: boolean;
  /** @returns why it did not happen */
  readonly onReason: (reason: string) => Promise<ErrorShape | null> | null;
  readonly onClose: () => void;
}

/** An act that wants a reason: Enter does it, Escape gives it up. */
export function ReasonForm({
  title,
  label,
  submit,
  destructive = false,
  onReason,
  onClose,
  help,
  className,
  children,
}: Ask & { help?: string; className: string | undefined; children?: React.ReactNode }) {
  const { t } = useWords();
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
    <form
      className={className}
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        void act();
      }}
    >
      {children}
      <TextInput
        ref={field}
        label={label}
        description={help}
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
  );
}

/** The same in place of the step. */
export function ReasonPanel({ explanation, ...ask }: Ask & { explanation: string }) {
  return (
    <section className={classes['step']}>
      <ReasonForm {...ask} className={classes['panel']}>
        <h2>{ask.title}</h2>
        <p>{explanation}</p>
      </ReasonForm>
    </section>
  );
}
