import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../app/errors.ts';
import type { SecondPerson } from '../../app/ipc/people.ts';
import { useWords } from '../i18n/words.ts';
import classes from './components.module.css';
import { ErrorNotice } from './notice.tsx';

/**
 * Asks another person for name and password, for what one alone may not do. What they type goes to main within the call
 * that it is for, and is forgotten with this dialog.
 * @param act a sentence: what is about to be done
 * @param onConfirm makes the call; null when it was done or given up, else why it was not
 */
export function SecondPersonDialog({
  act,
  onConfirm,
  onClose,
}: {
  act: string;
  onConfirm: (second: SecondPerson) => Promise<ErrorShape | null>;
  onClose: () => void;
}) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const nameField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ErrorShape | null>(null);
  const [busy, setBusy] = useState(false);
  // Closed by itself, not taken away: only so does the focus go back to where it was.
  const close = () => dialog.current?.close();
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
    nameField.current?.focus();
  }, []);

  const submit = async () => {
    if (busy) return;
    if (username.trim() === '') return nameField.current?.focus();
    // Enter after the name goes on to the password; an empty one would count as a wrong one.
    if (password === '') return passwordField.current?.focus();
    setBusy(true);
    setError(null);
    const problem = await onConfirm({ username: username.trim(), password });
    setBusy(false);
    setPassword('');
    if (problem === null) return close();
    setError(problem);
    passwordField.current?.focus();
  };

  return (
    <dialog ref={dialog} className={classes['dialog']} aria-labelledby="second-title" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h2 id="second-title">{t('second/title')}</h2>
        <p>{act}</p>
        <p className={classes['dialogQuiet']}>{t('second/lead')}</p>
        <TextInput
          ref={nameField}
          label={t('second/username')}
          value={username}
          maxLength={60}
          onChange={(event) => {
            setUsername(event.currentTarget.value);
            setError(null);
          }}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        <TextInput
          ref={passwordField}
          type="password"
          label={t('second/password')}
          value={password}
          maxLength={200}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="off"
        />
        {error !== null && <ErrorNotice error={error} />}
        <div className={classes['dialogActions']}>
          <Button variant="default" onClick={close}>
            {t('common/cancel')}
          </Button>
          <Button type="submit" loading={busy} loaderProps={{ 'aria-label': t('login/busy') }}>
            {t('second/confirm')}
          </Button>
        </div>
      </form>
    </dialog>
  );
}
