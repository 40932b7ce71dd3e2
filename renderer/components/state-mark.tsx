import {
  IconAlertTriangle,
  IconCircle,
  IconCircleCheck,
  IconClock,
  IconProgress,
  IconUrgent,
  type Icon,
} from '@tabler/icons-react';
import classes from './components.module.css';

/** safe: green · running: blue · waiting: grey · act: amber, a person is needed · now: red, else something is lost. */
export type Tone = 'safe' | 'running' | 'waiting' | 'act' | 'now';

const ICONS: Readonly<Record<Tone, Icon>> = {
  safe: IconCircleCheck,
  running: IconProgress,
  waiting: IconClock,
  act: IconAlertTriangle,
  now: IconUrgent,
};

/** State = word + icon + colour, never colour alone. */
export function StateMark({
  tone,
  children,
  open = false,
  icon,
}: {
  tone: Tone;
  children: React.ReactNode;
  open?: boolean;
  /** Where the tone's own icon says too little. */
  icon?: Icon;
}) {
  const Mark = icon ?? (open ? IconCircle : ICONS[tone]);
  return (
    <span className={classes['mark']} data-tone={tone}>
      <Mark size={18} aria-hidden />
      <span className={classes['markText']}>{children}</span>
    </span>
  );
}
