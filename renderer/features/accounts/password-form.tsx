import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { PASSWORD_MAX } from '../../../app/desk/password.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import { loggedIn, logout, type Person } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords, words } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import classes from '../entry.module.css';

/**
 * Another password. A first one, or one for a single login, must be changed before anything else: then there is no way
 * past this but out.
 */
export function PasswordForm({ person, onDone }: { person: Person; onDone: () => void }) {
  const { t } = useWords();
  const forced = person.mustChange;
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<ErrorShape | null>(null);
  const [differs, setDiffers] = useState(false);
  const [busy, setBusy] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  const newField = useRef<HTMLInputElement>(null);
  const againField = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);

  const submit = async () => {
    if (busy) return;
    if (!forced && current === '') return first.current?.focus();
    if (password === '') return newField.current?.focus();
    if (again === '') return againField.current?.focus();
    if (again !== password) {
      setAgain('');
      setDiffers(true);
      return againField.current?.focus();
    }
    setBusy(true);
    setError(null);
    const result = await answer(
      station.session.changePassword({ current: forced ? null : current, password }),
    );
    setBusy(false);
    if (result.ok) {
      announce(words().t('password/done'));
      if (forced) return loggedIn(result.value);
      return onDone();
    }
    setError(result.error);
    if (result.error.code === 'password.wrong' || result.error.code === 'login.locked') {
      setCurrent('');
      return first.current?.focus();
    }
    setPassword('');
    setAgain('');
    newField.current?.focus();
  };
  const field = { type: 'password', maxLength: PASSWORD_MAX, autoComplete: 'off' } as const;

  return (
    <div className={classes['page']}>
      <form
        className={classes['card']}
        aria-labelledby="password-title"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <header>
          <h1 id="password-title" className={classes['title']}>
            {t(forced ? 'password/first' : 'password/title')}
          </h1>
          <p className={classes['lead']}>{t(forced ? 'password/firstLead' : 'password/lead')}</p>
        </header>
        {!forced && (
          <TextInput
            {...field}
            ref={first}
            label={t('password/current')}
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
          />
        )}
        <TextInput
          {...field}
          ref={(element) => {
            newField.current = element;
            if (forced) first.current = element;
          }}
          label={t('password/new')}
          description={t('password/rule')}
          value={password}
          onChange={(event) => {
            setPassword(event.currentTarget.value);
            setError(null);
          }}
        />
        <TextInput
          {...field}
          ref={againField}
          label={t('password/again')}
          value={again}
          error={differs ? <span role="alert">{t('password/differs')}</span> : null}
          onChange={(event) => {
            setAgain(event.currentTarget.value);
            setDiffers(false);
          }}
        />
        {error !== null && <ErrorNotice error={error} />}
        <div className={classes['actions']}>
          <Button variant="default" onClick={() => (forced ? void logout() : onDone())}>
            {t(forced ? 'frame/logout' : 'common/cancel')}
          </Button>
          <Button type="submit" loading={busy} loaderProps={{ 'aria-label': t('login/busy') }}>
            {t('password/save')}
          </Button>
        </div>
      </form>
    </div>
  );
}
