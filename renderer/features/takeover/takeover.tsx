import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { errorShape, type ErrorShape } from '../../../app/errors.ts';
import type { FoundMirror, TakeoverReport } from '../../../app/ipc/takeover.ts';
import { parseRecoveryCode } from '../../../app/sync/recovery.ts';
import { announce } from '../../components/announcer.tsx';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, words } from '../../i18n/words.ts';
import { queries } from '../../query.ts';
import { answer, station } from '../../station.ts';
import entry from '../entry.module.css';
import look from '../supervisor/supervisor.module.css';
import { reportSentences, standing, type Said } from './sentences.ts';
import classes from './takeover.module.css';
import { useTakeover } from './use-takeover.ts';

const NOBODY = { username: '', password: '' };
type Person = typeof NOBODY;

function PersonFields({
  legend,
  person,
  onChange,
}: {
  legend: string;
  person: Person;
  onChange: (person: Person) => void;
}) {
  const { t } = useWords();
  return (
    <fieldset className={classes['person']}>
      <legend>{legend}</legend>
      <TextInput
        label={t('login/username')}
        value={person.username}
        onChange={(event) => onChange({ ...person, username: event.currentTarget.value })}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <TextInput
        type="password"
        label={t('login/password')}
        value={person.password}
        onChange={(event) => onChange({ ...person, password: event.currentTarget.value })}
        autoComplete="off"
      />
    </fieldset>
  );
}

function Lines({ said }: { said: readonly Said[] }) {
  return said.map(({ tone, text }) => (
    <p key={text}>
      <StateMark tone={tone}>
        <span className={look['wrap']}>{text}</span>
      </StateMark>
    </p>
  ));
}

/** The mirror of the dead station, the code from its sheet, two persons. */
function Form({ onDone, onBack }: { onDone: (report: TakeoverReport) => void; onBack: () => void }) {
  const { t, f } = useWords();
  const now = useNow();
  const [mirror, setMirror] = useState<FoundMirror | null>(null);
  const [code, setCode] = useState('');
  const [first, setFirst] = useState(NOBODY);
  const [second, setSecond] = useState(NOBODY);
  const [error, setError] = useState<ErrorShape | null>(null);
  const [busy, setBusy] = useState(false);
  const progress = useTakeover()?.progress ?? null;
  const chooser = useRef<HTMLButtonElement>(null);
  const codeField = useRef<HTMLInputElement>(null);
  useEffect(() => chooser.current?.focus(), []);
  // What comes next has the focus, once it stands there.
  useEffect(() => {
    if (mirror !== null) codeField.current?.focus();
  }, [mirror]);

  const choose = async () => {
    if (busy) return;
    setError(null);
    const result = await answer(station.takeover.choose(undefined));
    if (!result.ok) return setError(result.error);
    if (result.value !== null) setMirror(result.value);
  };
  const run = async () => {
    if (busy || mirror === null) return;
    setError(null);
    const parsed = parseRecoveryCode(code);
    if (!parsed.ok) {
      setError(errorShape(parsed.error));
      return codeField.current?.focus();
    }
    setBusy(true);
    const result = await answer(station.takeover.run({ code, persons: [first, second] }));
    setBusy(false);
    if (!result.ok) return setError(result.error);
    void queries.invalidateQueries({ queryKey: ['outbox'] });
    announce(reportSentences(result.value, words())[0]?.text ?? '');
    onDone(result.value);
  };

  return (
    <form
      className={classes['form']}
      aria-labelledby="takeover-title"
      onSubmit={(event) => {
        event.preventDefault();
        void (mirror === null ? choose() : run());
      }}
    >
      {mirror === null && <p className={entry['lead']}>{t('takeover/lead')}</p>}
      {mirror !== null && (
        <div className={classes['found']}>
          <p>
            {t('takeover/found', {
              label: mirror.label,
              many: f.number(mirror.packets),
              time: f.moment(mirror.printedAt, now),
            })}
          </p>
          <small>{mirror.folder}</small>
          {mirror.halves > 0 && (
            <p>
              <StateMark tone="act">
                <span className={look['wrap']}>
                  {t('takeover/halves', { many: f.number(mirror.halves) })}
                </span>
              </StateMark>
            </p>
          )}
        </div>
      )}
      {mirror !== null && (
        <>
          <TextInput
            ref={codeField}
            label={t('takeover/code')}
            description={t('takeover/codeHelp')}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            classNames={{ input: entry['codeInput'] ?? '' }}
          />
          <div className={classes['persons']}>
            <PersonFields legend={t('takeover/first')} person={first} onChange={setFirst} />
            <PersonFields legend={t('takeover/second')} person={second} onChange={setSecond} />
          </div>
        </>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <div className={entry['actions']}>
        {progress === null ? (
          <div className={classes['running']}>
            <Button variant="subtle" onClick={onBack}>
              {t('takeover/back')}
            </Button>
          </div>
        ) : (
          <div className={classes['running']}>
            <progress
              className={look['bar']}
              aria-label={t('takeover/progress')}
              value={progress.done}
              max={Math.max(1, progress.total)}
            />
            <StateMark tone="running">
              {t('takeover/share', { done: f.number(progress.done), total: f.number(progress.total) })}
            </StateMark>
          </div>
        )}
        <Button
          ref={chooser}
          variant={mirror === null ? 'filled' : 'default'}
          onClick={() => void choose()}
          aria-disabled={busy}
        >
          {t(mirror === null ? 'takeover/choose' : 'takeover/chooseOther')}
        </Button>
        {mirror !== null && (
          <Button type="submit" loading={busy} loaderProps={{ 'aria-label': t('takeover/busy') }}>
            {t('takeover/submit')}
          </Button>
        )}
      </div>
    </form>
  );
}

/**
 * Taking over a dead station, on a PC that is no station yet or at one of the same kecamatan.
 * @param onStands on a PC that has become a station by it
 */
export default function Takeover({ onBack, onStands }: { onBack: () => void; onStands?: () => void }) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const state = useTakeover();
  const [report, setReport] = useState<TakeoverReport | null>(null);
  const [again, setAgain] = useState(false);
  useEscape(onBack);
  const begun = state?.takeovers[0];
  // A PC that waits for its activation comes back to where it was.
  const waits = onStands !== undefined && begun?.endedAt != null && !again;
  const shows = report ?? (waits ? (begun.report ?? null) : null);
  const stands = onStands !== undefined && state?.activation === 'done';

  return (
    <div className={entry['page']}>
      <section className={`${entry['card']} ${classes['card']}`} aria-labelledby="takeover-title">
        <h1 id="takeover-title" className={entry['title']}>
          {t('takeover/title')}
        </h1>
        {begun !== undefined && begun.endedAt === null && shows === null && state?.progress === null && (
          <Lines said={[standing(begun, state.activation, vocabulary)]} />
        )}
        {shows === null ? (
          <Form
            onBack={onBack}
            onDone={(done) => {
              setReport(done);
              setAgain(false);
            }}
          />
        ) : (
          <div className={classes['said']}>
            <Lines said={reportSentences(shows, vocabulary)} />
            {begun !== undefined && state !== null && (
              <Lines said={[standing(begun, state.activation, vocabulary)]} />
            )}
            <div className={entry['actions']}>
              <div className={classes['running']}>
                <Button variant="subtle" onClick={onBack}>
                  {t('takeover/back')}
                </Button>
              </div>
              <Button
                variant="default"
                onClick={() => {
                  setReport(null);
                  setAgain(true);
                }}
              >
                {t('takeover/another')}
              </Button>
              {state?.activation === 'pending' && (
                <Button onClick={() => void answer(station.takeover.retry(undefined))}>
                  {t('takeover/retry')}
                </Button>
              )}
              {stands && <Button onClick={onStands}>{t('takeover/go')}</Button>}
            </div>
          </div>
        )}
      </section>
      <section className={entry['aside']} aria-labelledby="takeover-need">
        <h2 id="takeover-need" className={entry['asideTitle']}>
          {t('takeover/needTitle')}
        </h2>
        <ol className={entry['steps']}>
          <li>{t('takeover/need1')}</li>
          <li>{t('takeover/need2')}</li>
          <li>{t('takeover/need3')}</li>
          <li>{t('takeover/need4')}</li>
        </ol>
      </section>
    </div>
  );
}
