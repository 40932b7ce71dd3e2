import {
  IconAlertTriangle,
  IconCircle,
  IconCircleCheck,
  IconCircleDot,
  IconCircleMinus,
  type Icon,
} from '@tabler/icons-react';
import type { Draft } from '../../../app/desk/draft.ts';
import type { Step } from '../../../app/enrollment/biometrics.ts';
import type { Tone } from '../../components/state-mark.tsx';
import { useWords } from '../../i18n/words.ts';
import classes from './desk.module.css';
import { railCounts } from './scan/scan-view.ts';
import { useLimits } from './scan/scan-work.tsx';
import { railState } from './steps.ts';
import rail from './step-rail.module.css';

type Look = 'done' | 'excepted' | 'low' | 'missing' | 'current';
const LOOKS: Readonly<Record<Look, { readonly Mark: Icon; readonly tone: Tone }>> = {
  done: { Mark: IconCircleCheck, tone: 'safe' },
  excepted: { Mark: IconCircleMinus, tone: 'running' },
  low: { Mark: IconAlertTriangle, tone: 'act' },
  missing: { Mark: IconCircle, tone: 'waiting' },
  current: { Mark: IconCircleDot, tone: 'running' },
};

/** One step on the rail: what is done, missing, excepted or of low quality, and its key. */
function RailStep({
  step,
  draft,
  hotkey,
  onGo,
}: {
  step: Step;
  draft: Draft;
  hotkey: string;
  onGo: () => void;
}) {
  const { t, f } = useWords();
  const current = step === draft.step;
  const limits = useLimits();
  const state = railState(step, draft, limits);
  const counts = railCounts(step, draft, limits);
  const missing = current ? 'current' : 'missing';
  const look: Look = state === 'missing' ? missing : counts.low ? 'low' : state;
  const { Mark, tone } = LOOKS[look];
  const words = [
    // The mark and the ground say already which one is current.
    ...(state === 'missing' && !(current && (counts.excepted > 0 || counts.low))
      ? [t(`rail/${missing}`)]
      : []),
    ...(state === 'done' && !counts.low ? [t('rail/done')] : []),
    ...(counts.low ? [t('rail/low')] : []),
    ...(counts.excepted > 0 ? [t('rail/excepted', { n: f.number(counts.excepted) })] : []),
  ];
  return (
    <button
      type="button"
      className={rail['railStep']}
      data-tone={tone}
      data-step={step}
      aria-current={current ? 'step' : undefined}
      aria-keyshortcuts={hotkey}
      onClick={onGo}
    >
      <Mark size={20} aria-hidden />
      <span className={rail['railText']}>
        <span>{t(`step/${step}`)}</span>
        <kbd className={rail['railKey']} aria-hidden>
          {hotkey}
        </kbd>
        <small>{words.join(' · ')}</small>
      </span>
    </button>
  );
}

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
    <nav className={rail['rail']} aria-label={t('rail/label')}>
      <h2 className={classes['queueTitle']} aria-hidden>
        {t('rail/label')}
      </h2>
      <ol>
        {order.map((step, index) => (
          <li key={step}>
            <RailStep step={step} draft={draft} hotkey={`F${5 + index}`} onGo={() => goStep(step)} />
          </li>
        ))}
      </ol>
    </nav>
  );
}
