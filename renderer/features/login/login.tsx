import { Button, TextInput } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { StationInfo } from '../../../app/ipc/status.ts';
import { loadDesk, loggedIn, useApp } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { useNow } from '../../clock.ts';
import { useWords } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import { useStatus } from '../../status.ts';
import classes from '../entry.module.css';
import { RecoveredCall } from '../mirror/mirror.tsx';

/** Who was logged in last in this window: after the idle lock only the password is wanted. */
let lastUsername = '';

/** Seconds until a locked account may be tried again, counted down on the screen. */
function useLock(error: ErrorShape | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const seconds = error?.code === 'login.locked' ? Number(error.params['seconds'] ?? 0) : 0;
    // By no clock that somebody may set meanwhile.
    const until = performance.now() + seconds * 1000;
    const tick = () => setLeft(Math.max(0, Math.ceil((until - performance.now()) / 1000)));
    tick();
    if (seconds === 0) return;
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [error]);
  return left;
}

function Reference() {
  const { t, f } = useWords();
  const loading = useStatus((status) => status?.reference.loading ?? false);
  const residents = useStatus((status) => status?.reference.residents ?? 0);
  if (!loading && residents === 0) return <p className={classes['progress']} />;
  return (
    <p className={classes['progress']}>
      {t(loading ? 'login/loading' : 'login/ready', { residents: f.number(residents) })}
    </p>
  );
}

function Unclean({ stop }: { stop: NonNullable<StationInfo['uncleanStop']> }) {
  const { t, f } = useWords();
  const time = f.moment(stop.lastAliveAt, useNow());
  return (
    <Notice>
      {stop.drafts === 0
        ? t('login/uncleanNone', { time })
        : t('login/unclean', { time, count: stop.drafts, drafts: f.number(stop.drafts) })}
    </Notice>
  );
}

/** While a person types. What fails here is asked for again with the login, and told there. */
function useDeskAhead(stands: boolean): void {
  useEffect(() => {
    if (!stands) return;
    const idle = requestIdleCallback(() => {
      void Promise.all([loadDesk(), import('../desk/desk.tsx')]).catch(() => undefined);
    });
    return () => cancelIdleCallback(idle);
  }, [stands]);
}

/** @param info null while the station still opens; who is faster waits with "Masuk" until it has */
export function Login({ info }: { info: StationInfo | null }) {
  const { t, f, error: sentence } = useWords();
  useDeskAhead(info !== null);
  const ended = useApp((state) => state.ended);
  const keysInFile = useStatus((status) => status?.keysInFile ?? false);
  const [username, setUsername] = useState(ended === 'idle' ? lastUsername : '');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ErrorShape | null>(null);
  const [busy, setBusy] = useState(false);
  const locked = useLock(error);
  const usernameField = useRef<HTMLInputElement>(null);
  const passwordField = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const known = usernameField.current?.value !== '';
    (known ? passwordField : usernameField).current?.focus();
  }, []);

  const submit = async () => {
    if (busy) return;
    // Enter after the name goes on to the password; an empty one would count as a wrong one.
    if (password === '') return passwordField.current?.focus();
    setBusy(true);
    setError(null);
    const result = await answer(station.session.login({ username: username.trim(), password }));
    if (result.ok) {
      lastUsername = username.trim();
      return loggedIn(result.value);
    }
    setBusy(false);
    setPassword('');
    setError(result.error);
    // Said once: the sentence on the screen counts down, and an alert would be read out every second.
    if (result.error.code === 'login.locked') announce(sentence(result.error));
    passwordField.current?.focus();
  };

  return (
    <div className={classes['page']}>
      <form
        className={classes['card']}
        aria-labelledby="login-title"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h1 id="login-title" className={classes['title']}>
          {t('login/title')}
        </h1>
        {ended === 'idle' && <Notice>{t('login/idle')}</Notice>}
        {ended === 'logout' && <Notice>{t('login/ended')}</Notice>}
        <RecoveredCall />
        {info !== null && info.auditBrokenAt !== null && (
          <Notice tone="act" title={t('login/auditTitle')}>
            {t('login/audit', { number: f.number(info.auditBrokenAt) })}
          </Notice>
        )}
        {info !== null && info.uncleanStop !== null && ended === null && <Unclean stop={info.uncleanStop} />}
        <TextInput
          label={t('login/username')}
          value={username}
          onChange={(event) => {
            setUsername(event.currentTarget.value);
            // A lock is of one account: somebody else may log in.
            setError(null);
          }}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          ref={usernameField}
        />
        <TextInput
          ref={passwordField}
          label={t('login/password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          autoComplete="off"
          type="password"
        />
        {error !== null &&
          (error.code !== 'login.locked' ? (
            <ErrorNotice error={error} />
          ) : (
            locked > 0 && <ErrorNotice error={{ ...error, params: { seconds: locked } }} counting />
          ))}
        <div className={classes['actions']}>
          <Reference />
          <Button
            type="submit"
            loading={busy}
            disabled={locked > 0}
            loaderProps={{ 'aria-label': t('login/busy') }}
          >
            {t('login/submit')}
          </Button>
        </div>
        {keysInFile && (
          <p className={classes['warning']}>
            <IconKey size={16} aria-hidden /> {t('login/keysInFile')}
          </p>
        )}
      </form>
      {info !== null && info.demo !== null && (
        <section className={classes['aside']} aria-labelledby="login-demo">
          <h2 id="login-demo" className={classes['asideTitle']}>
            {t('login/demo')}
          </h2>
          <ul className={classes['accounts']}>
            {info.demo.accounts.map((account) => (
              <li key={account.username}>
                <span>
                  <code>{account.username}</code> · <code>{account.password}</code>
                  <br />
                  <small>{t(account.role === 'supervisor' ? 'role/supervisor' : 'role/operator')}</small>
                </span>
                <Button
                  variant="default"
                  onClick={() => {
                    setUsername(account.username);
                    setError(null);
                    setPassword(account.password);
                    passwordField.current?.focus();
                  }}
                >
                  {t('login/demoUse', { username: account.username })}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
