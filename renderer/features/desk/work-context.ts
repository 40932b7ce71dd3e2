import { useSyncExternalStore } from 'react';
import type { Step } from '../../../app/enrollment/biometrics.ts';
import type { Work, WorkState } from '../../drafts/work.ts';

/** What every step gets: the open draft, where it stands in the office's order, and how to move on. */
export interface StepProps {
  readonly work: Work;
  readonly state: WorkState;
  readonly order: readonly Step[];
  /** ISO date at the desk, from main. */
  readonly today: string;
  readonly goStep: (step: Step) => void;
  /** To the next step in order; commits what this one completed. */
  readonly next: () => void;
  readonly back: React.ReactNode;
}

export function useWorkState(work: Work): WorkState {
  return useSyncExternalStore(work.subscribe, work.state);
}
