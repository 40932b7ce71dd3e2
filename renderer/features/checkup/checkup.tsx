import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { verdictOf, worst, type CheckupFinding, type Verdict } from '../../../app/checkup/finding.ts';
import { CHECK_TITLES, findingWords, VERDICT_WORDS } from '../../../app/checkup/words.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import type { Checkup as Found } from '../../../app/ipc/contract.ts';
import { go } from '../../app-state.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { ScrollRegion } from '../../components/aria.ts';
import { announce } from '../../components/announcer.tsx';
import { useEscape, usePrimaryKey } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { StateMark, type Tone } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, words } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import classes from './checkup.module.css';

const TONE = { ok: 'safe', look: 'act', broken: 'now' } as const satisfies Record<Verdict, Tone>;

function Line({ finding }: { finding: CheckupFinding }) {
  const { language } = useWords();
  const verdict = verdictOf(finding);
  const { says, act } = findingWords(finding, language);
  return (
    <li>
      <strong>{CHECK_TITLES[finding.check][language]}</strong>
      <StateMark tone={TONE[verdict]}>{VERDICT_WORDS[verdict][language]}</StateMark>
      <div>
        <p>{says}</p>
        {act !== null && <p className={classes['act']}>{act}</p>}
      </div>
    </li>
  );
}

async function countCameras(): Promise<number | null> {
  try {
    const devices = await navigator.mediaDevices.enumerateDevices();
    return devices.filter(({ kind }) => kind === 'videoinput').length;
  } catch {
    return null;
  }
}

/** The whole station, line by line: what is well, what somebody should look at, and what to do. */
export default function Checkup() {
  const { t, f } = useWords();
  const now = useNow();
  const [found, setFound] = useState<Found | null>(null);
  const [running, setRunning] = useState(false);
  const [folder, setFolder] = useState<string | null>(null);
  const [error, setError] = useState<ErrorShape | null>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEscape(() => go('supervisor'));
  useEffect(() => {
    button.current?.focus();
    void answer(station.checkup.run({ last: true })).then((result) => {
      if (result.ok && result.value !== null) setFound(result.value);
    });
  }, []);

  const run = async () => {
    // The button keeps the focus while it runs; a second Enter starts nothing.
    if (running) return;
    setRunning(true);
    setError(null);
    const cameras = await countCameras();
    const result = await answer(
      station.checkup.run(cameras === null ? { last: false } : { last: false, cameras }),
    );
    setRunning(false);
    if (!result.ok) return setError(result.error);
    setFound(result.value);
    if (result.value !== null) announce(words().t(`checkup/all_${worst(result.value.findings)}`));
  };
  const bundle = async () => {
    setError(null);
    const result = await answer(station.checkup.bundle(undefined));
    if (!result.ok) return setError(result.error);
    if (result.value === null) return;
    setFolder(result.value.folder);
    announce(words().t('checkup/bundled', { folder: result.value.folder }));
  };
  usePrimaryKey(() => void run());

  return (
    <div className={classes['screen']}>
      <header>
        <h1 className={classes['title']}>{t('checkup/title')}</h1>
        <p className={classes['quiet']}>
          {running
            ? t('checkup/running')
            : found === null
              ? t('checkup/never')
              : `${t(`checkup/all_${worst(found.findings)}`)} ${t('checkup/at', { time: f.moment(found.at, now) })}`}
        </p>
      </header>
      <ScrollRegion className={classes['middle']} aria-label={t('checkup/title')}>
        {error !== null && <ErrorNotice error={error} />}
        {found !== null && (
          <ul className={classes['list']} aria-label={t('checkup/title')} aria-busy={running}>
            {found.findings.map((finding) => (
              <Line key={finding.check} finding={finding} />
            ))}
          </ul>
        )}
        <p className={classes['quiet']}>
          {folder === null ? t('checkup/bundleLead') : t('checkup/bundled', { folder })}
        </p>
      </ScrollRegion>
      <footer className={classes['actions']}>
        <Button variant="subtle" onClick={() => go('supervisor')}>
          {t('common/back')}
        </Button>
        <Button variant="default" onClick={() => void bundle()}>
          {t('checkup/bundle')}
        </Button>
        <Button
          ref={button}
          onClick={() => void run()}
          aria-disabled={running}
          {...(running ? { 'data-disabled': true } : {})}
          rightSection={<EnterMark />}
          {...LANDING}
        >
          {t('checkup/run')}
        </Button>
      </footer>
    </div>
  );
}
