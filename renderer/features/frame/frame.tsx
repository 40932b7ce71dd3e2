import { useEffect } from 'react';
import { go, LEADERS, mayLead, useApp } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { useKeys } from '../../components/keys.ts';
import { placeText } from '../../i18n/place.ts';
import { useWords, words } from '../../i18n/words.ts';
import { statusNow, subscribeStatus } from '../../status.ts';
import { MIRROR_TONE, mirrorSentence } from '../mirror/words.ts';
import { TrainingBand, useTraining } from '../training/training.tsx';
import classes from './frame.module.css';
import { StatusBar } from './status-bar.tsx';
import { UserPanel } from './user-panel.tsx';

type TabScreen = 'help' | 'desk' | 'outbox' | 'supervisor';
const KEY: Readonly<Record<TabScreen, string>> = { help: 'F1', desk: 'F2', outbox: 'F3', supervisor: 'F4' };

/** Says when the link comes or goes; never the numbers that move all the time. */
function useLinkAnnouncements(): void {
  useEffect(() => {
    let last = statusNow()?.link.state ?? null;
    return subscribeStatus(() => {
      const next = statusNow()?.link.state ?? null;
      if (next === last) return;
      const first = last === null || last === 'unknown';
      last = next;
      const { t } = words();
      if (next === 'offline') announce(t('status/announceOffline'));
      else if (next === 'slow' && !first) announce(t('status/announceSlow'));
      else if (next === 'online' && !first) announce(t('status/announceOnline'));
    });
  }, []);
}

/** Says when the second copy needs a hand, and when it is well again. */
function useMirrorAnnouncements(): void {
  useEffect(() => {
    let last = statusNow()?.mirror.state ?? null;
    return subscribeStatus(() => {
      const mirror = statusNow()?.mirror;
      if (mirror === undefined || mirror.state === last) return;
      const before = last;
      last = mirror.state;
      const vocabulary = words();
      const isTrouble = MIRROR_TONE[mirror.state] === 'act';
      const isBack = mirror.state === 'ok' && before !== null && MIRROR_TONE[before] === 'act';
      if (isTrouble || isBack) announce(mirrorSentence(mirror, Date.now(), vocabulary));
    });
  }, []);
}

function Tab({ screen }: { screen: TabScreen }) {
  const { t } = useWords();
  const current = useApp(({ screen: now }) => (LEADERS.includes(now) ? 'supervisor' : now));
  return (
    <button
      type="button"
      className={classes['tab']}
      aria-current={current === screen ? 'page' : undefined}
      aria-keyshortcuts={KEY[screen]}
      onClick={() => go(screen)}
    >
      {t(`frame/${screen}`)}{' '}
      <kbd className={classes['key']} aria-hidden>
        {KEY[screen]}
      </kbd>
    </button>
  );
}

export function Frame({ children }: { children: React.ReactNode }) {
  const { t } = useWords();
  const isKnown = useApp((state) => state.info !== null);
  const kecamatan = useApp((state) => state.info?.kecamatan ?? null);
  const development = useApp((state) => state.info?.developmentRuntime ?? false);
  const person = useApp((state) => state.person);
  const training = useTraining();
  useLinkAnnouncements();
  useMirrorAnnouncements();
  useKeys({
    F1: () => go('help'),
    F2: () => go('desk'),
    F3: () => go('outbox'),
    F4: () => go('supervisor'),
  });

  return (
    <div className={classes['frame']} data-training={training}>
      <header className={classes['header']}>
        <div className={classes['brand']}>
          <strong>{t('app/name')}</strong>
          <span className={classes['place']}>
            {kecamatan !== null ? placeText(kecamatan, t) : isKnown && t('frame/unplaced')}
          </span>
          {development && <span className={classes['development']}>{t('app/development')}</span>}
        </div>
        <UserPanel />
      </header>
      {person !== null && !person.mustChange && (
        <nav className={classes['nav']} aria-label={t('frame/nav')}>
          <Tab screen="desk" />
          <Tab screen="outbox" />
          {mayLead(person) && <Tab screen="supervisor" />}
          <span className={classes['spring']} />
          <Tab screen="help" />
        </nav>
      )}
      <TrainingBand />
      <main className={classes['main']}>{children}</main>
      <StatusBar />
    </div>
  );
}
