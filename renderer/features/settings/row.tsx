import { Button } from '@mantine/core';
import { useEffect, useId, useRef, useState } from 'react';
import type { ListedSetting } from '../../../app/desk/settings.ts';
import type { SettingsView } from '../../../app/ipc/settings.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { useNow } from '../../clock.ts';
import { useWords, type Vocabulary } from '../../i18n/words.ts';
import classes from './settings.module.css';

interface Props {
  readonly setting: ListedSetting | 'accounts';
  readonly value: string;
  /** What counts where nobody has set it; a sentence where there is no such value. */
  readonly standard: { readonly value: string; readonly byCenter?: boolean } | string;
  readonly changes: SettingsView['changes'];
  /** What else there is to know of the value as it stands. */
  readonly note?: string | null;
  /** A person is needed. */
  readonly warning?: string | null;
  /** Leads to where it is changed, or changes it at once. */
  readonly action?: { readonly label: string; readonly run: () => void };
  readonly editor?: (close: () => void) => React.ReactNode;
  readonly children?: React.ReactNode;
}

function standardText(standard: Props['standard'], value: string, t: Vocabulary['t']): string {
  if (typeof standard === 'string') return standard;
  const { byCenter = false } = standard;
  if (standard.value === value) return t(byCenter ? 'settings/isCenter' : 'settings/isStandard');
  return t(byCenter ? 'settings/byCenter' : 'settings/standard', { value: standard.value });
}

/** One setting: its name, what it does, how it stands, its default, who changed it last, and the one way to change it. */
export function Row(props: Props) {
  const { setting, value, standard, changes, note = null, warning = null, action, editor, children } = props;
  const { t, f } = useWords();
  const now = useNow();
  const title = useId();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !open) button.current?.focus();
    wasOpen.current = open;
  }, [open]);
  const name = t(`settings/name_${setting}`);
  const change = changes.find(({ key }) => key === setting);
  return (
    <li className={classes['row']} aria-labelledby={title}>
      <div className={classes['about']}>
        <h3 id={title}>{name}</h3>
        <p className={classes['quiet']}>{t(`settings/effect_${setting}`)}</p>
      </div>
      <div className={classes['state']}>
        <strong>{value}</strong>
        {warning !== null && (
          <StateMark tone="act">
            <span className={classes['wrap']}>{warning}</span>
          </StateMark>
        )}
        {note !== null && <p className={classes['quiet']}>{note}</p>}
        <p className={classes['quiet']}>{standardText(standard, value, t)}</p>
        {setting !== 'accounts' && (
          <p className={classes['quiet']}>
            {change === undefined
              ? t('settings/unchanged')
              : t('settings/changed', {
                  name: change.by,
                  time: f.moment(change.at, now),
                })}
          </p>
        )}
      </div>
      <div className={classes['act']}>
        {editor !== undefined && !open && (
          <Button
            ref={button}
            variant="default"
            aria-label={t('settings/changeOf', { name })}
            onClick={() => setOpen(true)}
          >
            {t('settings/change')}
          </Button>
        )}
        {action !== undefined && (
          <Button variant="default" onClick={action.run}>
            {action.label}
          </Button>
        )}
      </div>
      {open && editor !== undefined && (
        <div className={classes['editor']}>{editor(() => setOpen(false))}</div>
      )}
      {children}
    </li>
  );
}
