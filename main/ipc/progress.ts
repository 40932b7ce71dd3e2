import { RekamError } from '../../app/errors.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Handlers } from './register.ts';
import { storedCalendar } from './settings.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'progress' | 'station'>>;
  /** The desk's time and ISO date. */
  readonly now: () => number;
  readonly today: () => string;
}

type Group = Pick<Handlers, 'progress.read' | 'progress.calendar'>;

/** Enough for the days that a forecast takes, with long holidays between them. */
const DAYS_READ_MS = 120 * 24 * 60 * 60_000;

export function progressHandlers({ store, now, today }: Needs): Group {
  return {
    'progress.read': async () => {
      const [progress, calendar] = await Promise.all([
        store.progress.read(now() - DAYS_READ_MS, now()),
        storedCalendar(store),
      ]);
      return { ...progress, today: today(), calendar, desa: [...progress.desa], days: [...progress.days] };
    },
    'progress.calendar': (calendar, caller) =>
      store.station.setByHand('calendar', JSON.stringify(calendar), caller.accountId, now()),
  };
}

/** Training records nobody of the kecamatan. */
export function progressHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return { 'progress.read': refuse, 'progress.calendar': refuse };
}
