import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { AccountRow } from '../../../app/ipc/people.ts';
import { go } from '../../app-state.ts';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useWords } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, ask, shapeOf, station } from '../../station.ts';
import classes from './accounts.module.css';

const accountsQuery = { queryKey: ['accounts'], queryFn: () => ask(station.accounts.list(undefined)) };

/** The supervisor's own password stands for the act; what comes of it is shown here once and nowhere again. */
function ResetForm({ account, onClose }: { account: AccountRow; onClose: () => void }) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  const [oneTime, setOneTime] = useState<string | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const [busy, setBusy] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const closeButton = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
    input.current?.focus();
  }, []);
  useEffect(() => {
    if (oneTime !== null) closeButton.current?.focus();
  }, [oneTime]);
  const close = () => dialog.current?.close();

  const submit = async () => {
    if (busy || oneTime !== null) return;
    if (password === '') return input.current?.focus();
    setBusy(true);
    setError(null);
    const result = await answer(station.accounts.reset({ accountId: account.accountId, password }));
    setBusy(false);
    setPassword('');
    if (!result.ok) {
      setError(result.error);
      return input.current?.focus();
    }
    setOneTime(result.value.oneTime);
    void queries.invalidateQueries({ queryKey: ['accounts'] });
  };

  return (
    <dialog ref={dialog} className={classes['dialog']} aria-labelledby="reset-title" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h2 id="reset-title">{t('accounts/resetOf', { name: account.name })}</h2>
        {oneTime === null ? (
          <>
            <p>{t('accounts/resetLead')}</p>
            <TextInput
              ref={input}
              type="password"
              label={t('accounts/ownPassword')}
              value={password}
              maxLength={200}
              onChange={(event) => setPassword(event.currentTarget.value)}
              autoComplete="off"
            />
            {error !== null && <ErrorNotice error={error} />}
          </>
        ) : (
          <>
            <Notice tone="act">{t('accounts/once', { name: account.name })}</Notice>
            <output className={classes['oneTime']} aria-label={t('accounts/oneTime')}>
              {oneTime}
            </output>
            <p>{t('accounts/next', { username: account.username })}</p>
          </>
        )}
        <div className={classes['actions']}>
          <Button ref={closeButton} variant="default" onClick={close}>
            {t(oneTime === null ? 'common/cancel' : 'accounts/written')}
          </Button>
          {oneTime === null && (
            <Button type="submit" loading={busy} loaderProps={{ 'aria-label': t('login/busy') }}>
              {t('accounts/reset')}
            </Button>
          )}
        </div>
      </form>
    </dialog>
  );
}

function Line({ account, onReset }: { account: AccountRow; onReset: () => void }) {
  const { t, f } = useWords();
  const { role, mustChange, lockedSeconds } = account;
  return (
    <li>
      <div>
        <strong>{account.name}</strong>
        <p className={classes['quiet']}>
          {account.username} · {t(`role/${role}`)}
        </p>
      </div>
      <div>
        {lockedSeconds > 0 ? (
          <StateMark tone="act">{t('accounts/locked', { time: f.wait(lockedSeconds) })}</StateMark>
        ) : (
          <StateMark tone={mustChange ? 'waiting' : 'safe'}>
            {t(mustChange ? 'accounts/mustChange' : 'accounts/own')}
          </StateMark>
        )}
      </div>
      {role === 'operator' && (
        <Button
          variant="default"
          aria-label={t('accounts/resetOf', { name: account.name })}
          onClick={onReset}
        >
          {t('accounts/reset')}
        </Button>
      )}
    </li>
  );
}

/** Who may log in at this kecamatan's stations, and a password for one login for who has forgotten theirs. */
export default function Accounts() {
  const { t } = useWords();
  const query = useQuery(accountsQuery);
  const [chosen, setChosen] = useState<AccountRow | null>(null);
  // The dialog hears its own Escape.
  useEscape(() => {
    if (chosen === null) go('supervisor');
  });
  return (
    <div className={classes['screen']}>
      <PageHead title={t('accounts/title')} lead={t('accounts/lead')} onBack={() => go('supervisor')} />
      {query.isError && <ErrorNotice error={shapeOf(query.error)} onRetry={() => void query.refetch()} />}
      <ul className={classes['list']} aria-label={t('accounts/title')}>
        {(query.data ?? []).map((account) => (
          <Line key={account.accountId} account={account} onReset={() => setChosen(account)} />
        ))}
      </ul>
      {chosen !== null && <ResetForm account={chosen} onClose={() => setChosen(null)} />}
    </div>
  );
}
