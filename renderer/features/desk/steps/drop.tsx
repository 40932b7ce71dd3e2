import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../../app/errors.ts';
import { ErrorNotice } from '../../../components/notice.tsx';
import type { Work } from '../../../drafts/work.ts';
import { useEscape } from '../../../components/keys.ts';
import { useWords } from '../../../i18n/words.ts';
import { dropDraft } from '../desk-store.ts';
import classes from '../desk.module.css';

/** The contract's shortest reason. */
const REASON_MIN = 3;

/** The one way in which captures go without being recorded: by a person, with a reason that main keeps. */
export function DropPanel({ work, onClose }: { work: Work; onClose: () => void }) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const [short, setShort] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    field.current?.focus();
  }, []);
  useEscape(onClose);

  const drop = async () => {
    if (reason.trim().length < REASON_MIN) return setShort(true);
    setError(await dropDraft(work, reason.trim()));
  };

  return (
    <section className={classes['step']}>
      <form
        className={classes['panel']}
        aria-labelledby="drop-title"
        onSubmit={(event) => {
          event.preventDefault();
          void drop();
        }}
      >
        <h2 id="drop-title">{t('desk/dropConfirm')}</h2>
        <p>{t('desk/dropWarn')}</p>
        <TextInput
          ref={field}
          label={t('desk/dropReason')}
          value={reason}
          maxLength={200}
          error={short ? <span role="alert">{t('desk/dropShort')}</span> : null}
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
          <Button type="submit" color="red.9">
            {t('desk/dropConfirm')}
          </Button>
        </div>
      </form>
    </section>
  );
}
