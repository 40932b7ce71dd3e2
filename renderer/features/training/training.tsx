import { Button, Loader } from '@mantine/core';
import { IconSchool } from '@tabler/icons-react';
import { useEffect } from 'react';
import { train, useApp } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords, words } from '../../i18n/words.ts';
import classes from './training.module.css';

export function useTraining(): boolean {
  return useApp((state) => state.person?.training ?? false);
}

/** The window's title says it too: it is what the taskbar and a photograph of the screen show. */
function useTitle(training: boolean): void {
  const { t } = useWords();
  useEffect(() => {
    document.title = training ? t('training/window') : t('app/name');
  }, [training, t]);
}

/** Said once when it begins and once when it ends. */
function useAnnouncement(training: boolean): void {
  useEffect(() => {
    if (!training) return;
    announce(words().t('training/begun'));
    return () => announce(words().t('training/ended'));
  }, [training]);
}

/** Stands between the tabs and whatever the window shows, on every screen and step of a training. */
export function TrainingBand() {
  const { t } = useWords();
  const training = useTraining();
  const switching = useApp((state) => state.switching);
  const problem = useApp((state) => state.switchProblem);
  useTitle(training);
  useAnnouncement(training);
  if (!training && problem === null) return null;
  return (
    <div className={classes['band']}>
      {training && (
        <aside className={classes['banner']} aria-label={t('training/label')}>
          <IconSchool size={24} aria-hidden className={classes['icon']} />
          <strong>{t('training/banner')}</strong>
          <span className={classes['real']}>{t('training/real')}</span>
          <Button
            variant="white"
            color="dark"
            disabled={switching !== null}
            onClick={() => void train(false)}
          >
            {t('training/leave')}
          </Button>
        </aside>
      )}
      {problem !== null && <ErrorNotice error={problem} onRetry={() => void train(!training)} />}
    </div>
  );
}

/** While the other side is made or taken down nothing can be touched. */
export function Switching({ to }: { to: 'training' | 'work' }) {
  const { t } = useWords();
  const text = to === 'training' ? 'preparing' : 'ending';
  return (
    <output className={classes['switching']}>
      <Loader size="md" aria-hidden />
      <h1 className={classes['title']}>{t(`training/${text}`)}</h1>
      <p>{t(`training/${text}Why`)}</p>
    </output>
  );
}
