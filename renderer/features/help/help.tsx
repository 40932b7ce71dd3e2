import { useEffect, useRef } from 'react';
import { PACKET_STATES } from '../../../app/enrollment/lifecycle.ts';
import { go, useApp } from '../../app-state.ts';
import { useKeys } from '../../components/keys.ts';
import { StateMark } from '../../components/state-mark.tsx';
import { useWords } from '../../i18n/words.ts';
import { STATE_TONE } from '../outbox/outbox-line.tsx';
import classes from './help.module.css';

export default function Help() {
  const { t } = useWords();
  const version = useApp((state) => state.info?.version ?? '');
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  useKeys({ Escape: () => go('desk') });
  const keys = [
    ['F1', t('help/key_F1')],
    ['F2', t('help/key_F2')],
    ['F3', t('help/key_F3')],
    ['F4', t('help/key_F4')],
    ['F5–F12', t('help/key_F5')],
    ['Alt+T', t('help/key_Tasks')],
    [t('help/enter'), t('help/key_Enter')],
    [t('help/esc'), t('help/key_Esc')],
    [t('help/arrows'), t('help/key_Arrows')],
    ['Shift+Enter', t('help/key_Give')],
    ['Insert', t('help/key_Next')],
    ['Alt+L', t('help/key_Skip')],
    ['Alt+K', t('help/key_Return')],
    ['Alt+D', t('help/key_Continue')],
    ['PgUp PgDn', t('help/key_Page')],
    [t('help/scanner'), t('help/key_Scan')],
  ] as const;
  return (
    <div className={classes['screen']}>
      <h1 ref={heading} tabIndex={-1} className={classes['title']}>
        {t('help/title')}
      </h1>
      <section aria-labelledby="help-keys">
        <h2 id="help-keys">{t('help/keys')}</h2>
        <dl className={classes['keys']}>
          {keys.map(([key, text]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{text}</dd>
            </div>
          ))}
        </dl>
      </section>
      <section aria-labelledby="help-states">
        <h2 id="help-states">{t('help/states')}</h2>
        <dl className={classes['states']}>
          {PACKET_STATES.map((state) => (
            <div key={state}>
              <dt>
                <StateMark tone={STATE_TONE[state]}>{t(`packetState/${state}`)}</StateMark>
              </dt>
              <dd>{t(`help/state_${state}`)}</dd>
            </div>
          ))}
        </dl>
        <p>{t('help/outage')}</p>
        <p>{t('help/power')}</p>
        <p>{t('help/support')}</p>
        <p className={classes['version']}>{t('help/version', { version })}</p>
      </section>
    </div>
  );
}
