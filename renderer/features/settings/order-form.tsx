import { Button } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { MOVABLE_STEPS } from '../../../app/desk/settings.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import type { SettingsView } from '../../../app/ipc/settings.ts';
import { announce } from '../../components/announcer.tsx';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { orderedSteps } from '../desk/steps.ts';
import classes from './settings.module.css';
import { changeSetting } from './use-settings.ts';
import { orderText } from './words.ts';

type Movable = (typeof MOVABLE_STEPS)[number];

const isMovable = (step: string): step is Movable => MOVABLE_STEPS.some((known) => known === step);

interface Props {
  readonly settings: SettingsView;
  readonly onClose: () => void;
}

/** The steps one above the other; each can be moved up or down between biodata and review. */
export function OrderForm({ settings: { center, own, inForce }, onClose }: Props) {
  const vocabulary = useWords();
  const { t } = vocabulary;
  const [order, setOrder] = useState<readonly Movable[]>(orderedSteps(inForce.stepOrder).filter(isMovable));
  const [error, setError] = useState<ErrorShape | null>(null);
  const form = useRef<HTMLFormElement>(null);
  /** Which button was pressed: moving its line in the page takes the focus from it. */
  const pressed = useRef<string | null>(null);
  useEffect(() => form.current?.querySelector('button')?.focus(), []);
  useEffect(() => {
    if (pressed.current === null) return;
    form.current?.querySelector<HTMLButtonElement>(`[data-move="${pressed.current}"]`)?.focus();
    pressed.current = null;
  }, [order]);
  useEscape(onClose);

  const move = (step: Movable, by: -1 | 1) => {
    const from = order.indexOf(step);
    const other = order[from + by];
    if (other === undefined) return;
    pressed.current = `${step} ${by}`;
    setOrder(order.map((each) => (each === step ? other : each === other ? step : each)));
    announce(t('settings/moved', { step: t(`step/${step}`), place: from + by + 2 }));
  };
  const save = async (value: Movable[] | null) => {
    const refused = await changeSetting({ key: 'stepOrder', value });
    setError(refused);
    if (refused !== null) return;
    const counts = orderText(value ?? center.stepOrder, vocabulary);
    announce(t('settings/saved', { name: t('settings/name_stepOrder'), value: counts }));
    onClose();
  };
  const mover = (step: Movable, by: -1 | 1, isLast: boolean) => (
    <Button
      variant="default"
      data-move={`${step} ${by}`}
      aria-label={t(by === -1 ? 'settings/up' : 'settings/down', { step: t(`step/${step}`) })}
      {...(isLast ? { 'aria-disabled': true, 'data-disabled': true } : {})}
      onClick={() => move(step, by)}
    >
      {by === -1 ? <IconArrowUp size={18} aria-hidden /> : <IconArrowDown size={18} aria-hidden />}
    </Button>
  );
  return (
    <form
      ref={form}
      className={classes['order']}
      aria-label={t('settings/name_stepOrder')}
      onSubmit={(event) => {
        event.preventDefault();
        void save([...order]);
      }}
    >
      <ol className={classes['steps']}>
        <li>{t('settings/first', { step: t('step/biodata') })}</li>
        {order.map((step, index) => (
          <li key={step}>
            <span>
              {index + 2}. {t(`step/${step}`)}
            </span>
            {mover(step, -1, index === 0)}
            {mover(step, 1, index === order.length - 1)}
          </li>
        ))}
        <li>{t('settings/last', { step: t('step/review') })}</li>
      </ol>
      {error !== null && <ErrorNotice error={error} />}
      <div className={classes['actions']}>
        <Button variant="default" onClick={onClose}>
          {t('common/cancel')}
        </Button>
        {own.stepOrder !== null && (
          <Button variant="default" onClick={() => void save(null)}>
            {t('settings/asCenter')}
          </Button>
        )}
        <Button type="submit">{t('settings/save')}</Button>
      </div>
    </form>
  );
}
