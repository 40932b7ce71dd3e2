import { Button } from '@mantine/core';
import { useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import { learnt, useApp } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import classes from './supervisor.module.css';

/** Whether the station starts with the PC, and so sends what waits before anybody logs in. */
export function Autostart() {
  const { t } = useWords();
  const autostart = useApp((state) => state.info?.autostart ?? null);
  const [error, setError] = useState<ErrorShape | null>(null);
  if (autostart === null) return null;
  const { isOn, isPossible } = autostart;
  const change = async () => {
    const result = await answer(station.station.setAutostart(!isOn));
    setError(result.ok ? null : result.error);
    if (!result.ok) return;
    learnt(result.value);
    announce(t(isOn ? 'autostart/off' : 'autostart/on'));
  };
  return (
    <section aria-labelledby="autostart-title" className={classes['card']}>
      <div className={classes['headRow']}>
        <h2 id="autostart-title">{t('autostart/title')}</h2>
        {isPossible && (
          <Button variant="default" onClick={() => void change()}>
            {t(isOn ? 'autostart/turnOff' : 'autostart/turnOn')}
          </Button>
        )}
      </div>
      <p>{t(!isPossible ? 'autostart/impossible' : isOn ? 'autostart/on' : 'autostart/off')}</p>
      {error !== null && <ErrorNotice error={error} />}
    </section>
  );
}
