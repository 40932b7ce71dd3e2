import { Button, useMantineColorScheme } from '@mantine/core';
import { IconChevronDown, IconKey, IconLogout, IconSchool, IconSettings } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { go, logout, setLanguage, train, useApp } from '../../app-state.ts';
import { useEscape } from '../../components/keys.ts';
import type { Language } from '../../i18n/index.ts';
import { useWords } from '../../i18n/words.ts';
import type { Appearance } from '../../theme/theme.ts';
import classes from './frame.module.css';

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly name: string;
  readonly value: T;
  readonly options: readonly (readonly [T, string])[];
  readonly onChange: (value: T) => void;
}

function Choice<T extends string>({ legend, name, value, options, onChange }: ChoiceProps<T>) {
  return (
    <fieldset className={classes['choice']}>
      <legend>{legend}</legend>
      {options.map(([option, label]) => (
        <label key={option} className={classes['option']}>
          <input type="radio" name={name} checked={option === value} onChange={() => onChange(option)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

/** While it stands, Escape closes the panel and leaves nothing else. */
function Escape({ leave }: { leave: () => void }) {
  useEscape(leave);
  return null;
}

/** Language, appearance and logout, under the name of who is logged in. */
export function UserPanel() {
  const { t, language } = useWords();
  const person = useApp((state) => state.person);
  const switching = useApp((state) => state.switching !== null);
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    if (!open) return;
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && box.current?.contains(event.target) !== true) setOpen(false);
    };
    document.addEventListener('pointerdown', away);
    return () => document.removeEventListener('pointerdown', away);
  }, [open]);

  return (
    <div className={classes['user']} ref={box}>
      <button
        type="button"
        ref={trigger}
        className={classes['userButton']}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {person === null ? <IconSettings size={18} aria-hidden /> : null}
        <span className={classes['userName']}>
          {person === null
            ? t('common/settings')
            : t('frame/user', { name: person.name, role: t(`role/${person.role}`) })}
        </span>
        <IconChevronDown size={16} aria-hidden />
      </button>
      {open && (
        <div className={classes['panel']}>
          <Escape
            leave={() => {
              setOpen(false);
              trigger.current?.focus();
            }}
          />
          <Choice<Language>
            legend={t('common/language')}
            name="language"
            value={language}
            options={[
              ['id', t('common/languageId')],
              ['en', t('common/languageEn')],
            ]}
            onChange={(value) => void setLanguage(value)}
          />
          <Choice<Appearance>
            legend={t('common/theme')}
            name="theme"
            value={colorScheme}
            options={[
              ['auto', t('common/system')],
              ['light', t('common/light')],
              ['dark', t('common/dark')],
            ]}
            onChange={setColorScheme}
          />
          {person !== null && !person.mustChange && (
            <Button
              variant="default"
              leftSection={<IconKey size={18} aria-hidden />}
              onClick={() => {
                setOpen(false);
                go('password');
              }}
            >
              {t('password/title')}
            </Button>
          )}
          {person !== null && !person.mustChange && (
            <Button
              variant="default"
              disabled={switching}
              leftSection={<IconSchool size={18} aria-hidden />}
              onClick={() => {
                setOpen(false);
                void train(!person.training);
              }}
            >
              {person.training ? t('training/leave') : t('training/enter')}
            </Button>
          )}
          {person !== null && (
            <Button
              variant="default"
              leftSection={<IconLogout size={18} aria-hidden />}
              onClick={() => {
                setOpen(false);
                void logout();
              }}
            >
              {t('frame/logout')}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
