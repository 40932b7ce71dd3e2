import { IconCornerDownLeft } from '@tabler/icons-react';
import classes from './components.module.css';

/** Marks where Enter goes; gone while another button has the focus, which then has Enter for itself (global.css). */
export function EnterMark() {
  return <IconCornerDownLeft className={classes['enterMark']} data-enter-mark size={16} aria-hidden />;
}

/** For the button that Enter presses, and to which the focus comes back when it was lost. */
export const LANDING = { 'data-landing': true } as const;
