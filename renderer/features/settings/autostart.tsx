import { useState } from 'react';
import type { ErrorShape } from '../../../app/errors.ts';
import type { SettingsView } from '../../../app/ipc/settings.ts';
import { learnt, useApp } from '../../app-state.ts';
import { announce } from '../../components/announcer.tsx';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { answer, station } from '../../station.ts';
import { Row } from './row.tsx';
import classes from './settings.module.css';
import { refreshSettings } from './use-settings.ts';

/** Whether the station starts with the PC, and so sends what waits before anybody logs in. */
export function AutostartRow({ changes }: Pick<SettingsView, 'changes'>) {
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
    refreshSettings();
  };
  return (
    <Row
      setting="autostart"
      value={t(isPossible && isOn ? 'settings/on' : 'settings/off')}
      note={t(!isPossible ? 'autostart/impossible' : isOn ? 'autostart/on' : 'autostart/off')}
      standard={{ value: t('settings/on') }}
      changes={changes}
      {...(isPossible
        ? { action: { label: t(isOn ? 'autostart/turnOff' : 'autostart/turnOn'), run: () => void change() } }
        : {})}
    >
      {error !== null && (
        <div className={classes['editor']}>
          <ErrorNotice error={error} />
        </div>
      )}
    </Row>
  );
}
