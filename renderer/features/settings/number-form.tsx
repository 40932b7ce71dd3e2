import { Button, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { rangeOf, type NumberSetting } from '../../../app/desk/settings.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import type { SettingsView } from '../../../app/ipc/settings.ts';
import { announce } from '../../components/announcer.tsx';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import classes from './settings.module.css';
import { changeSetting } from './use-settings.ts';
import { numberText } from './words.ts';

interface Props {
  readonly setting: NumberSetting;
  readonly settings: SettingsView;
  readonly onClose: () => void;
}

/** A number within what the center's policy allows, or back to the center's own. */
export function NumberForm({ setting, settings: { center, own, inForce }, onClose }: Props) {
  const vocabulary = useWords();
  const { t, f } = vocabulary;
  const [text, setText] = useState(String(inForce[setting]));
  const [wrong, setWrong] = useState(false);
  const [error, setError] = useState<ErrorShape | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  useEscape(onClose);
  const { min, max } = rangeOf(setting, center);
  const range = { min: f.number(min), max: f.number(max) };
  const save = async (value: number | null) => {
    const isWrong = value !== null && !(value >= min && value <= max);
    setWrong(isWrong);
    if (isWrong) return input.current?.focus();
    const refused = await changeSetting({ key: setting, value });
    setError(refused);
    if (refused !== null) return;
    const counts = numberText(setting, value ?? center[setting], vocabulary);
    announce(t('settings/saved', { name: t(`settings/name_${setting}`), value: counts }));
    onClose();
  };
  return (
    <form
      className={classes['form']}
      aria-label={t(`settings/name_${setting}`)}
      onSubmit={(event) => {
        event.preventDefault();
        void save(text === '' ? Number.NaN : Number(text));
      }}
    >
      <TextInput
        ref={input}
        className={classes['number'] ?? ''}
        label={t('settings/newValue', range)}
        inputMode="numeric"
        value={text}
        onChange={(event) => setText(event.currentTarget.value.replace(/\D/g, '').slice(0, 4))}
      />
      <p className={classes['quiet']}>
        {t(setting === 'idleLockMinutes' ? 'settings/bound_down' : 'settings/bound_up')}
      </p>
      {wrong && (
        <p role="alert" className={classes['wrong']}>
          {t('settings/wrong', range)}
        </p>
      )}
      {error !== null && <ErrorNotice error={error} />}
      <div className={classes['actions']}>
        <Button variant="default" onClick={onClose}>
          {t('common/cancel')}
        </Button>
        {own[setting] !== null && (
          <Button variant="default" onClick={() => void save(null)}>
            {t('settings/asCenter')}
          </Button>
        )}
        <Button type="submit">{t('settings/save')}</Button>
      </div>
    </form>
  );
}
