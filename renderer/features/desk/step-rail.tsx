import { IconCircle, IconCircleCheck, IconCircleDot, IconCircleMinus, type Icon } from '@tabler/icons-react';
import type { Draft } from '../../../app/desk/draft.ts';
import type { Step } from '../../../app/enrollment/biometrics.ts';
import { useWords } from '../../i18n/words.ts';
import classes from './desk.module.css';
import { railState, type RailState } from './steps.ts';

const ICONS: Readonly<Record<RailState, Icon>> = {
  done: IconCircleCheck,
  excepted: IconCircleMinus,
  missing: IconCircle,
};
const TONES: Readonly<Record<RailState, string>> = { done: 'safe', excepted: 'running', missing: 'waiting' };

export function StepRail({
  draft,
  order,
  goStep,
}: {
  draft: Draft;
  order: readonly Step[];
  goStep: (step: Step) => void;
}) {
  const { t } = useWords();
  return (
    <nav className={classes['rail']} aria-label={t('rail/label')}>
      <h2 className={classes['queueTitle']} aria-hidden>
        {t('rail/label')}
      </h2>
      <ol>
        {order.map((step, index) => {
          const state = railState(step, draft);
          const current = step === draft.step;
          const Mark = current && state === 'missing' ? IconCircleDot : ICONS[state];
          const key = `F${5 + index}`;
          return (
            <li key={step}>
              <button
                type="button"
                className={classes['railStep']}
                data-tone={current && state === 'missing' ? 'running' : TONES[state]}
                aria-current={current ? 'step' : undefined}
                aria-keyshortcuts={key}
                onClick={() => goStep(step)}
              >
                <Mark size={20} aria-hidden />
                <span className={classes['railText']}>
                  <span>{t(`step/${step}`)}</span>
                  <small>{current && state === 'missing' ? t('rail/current') : t(`rail/${state}`)}</small>
                </span>
                <kbd className={classes['railKey']} aria-hidden>
                  {key}
                </kbd>
              </button>
            </li>
          );
        })}
      </ol>
    </nav>
  );
}
