import { RekamError } from '../../app/errors.ts';
import { calendarSchema, OFFICE_WEEK, type Calendar } from '../../app/desk/progress.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Handlers } from './register.ts';

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

/** What the last supervisor set; the usual week where another version wrote what this one cannot read. */
async function storedCalendar(store: Needs['store']): Promise<Calendar> {
  const stored = await store.station.setting('calendar');
  if (stored === null) return OFFICE_WEEK;
  const calendar = calendarSchema.safeParse(JSON.parse(stored));
  return calendar.success ? calendar.data : OFFICE_WEEK;
}

/** Training records nobody of the kecamatan. */
export function progressHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return { 'progress.read': refuse, 'progress.calendar': refuse };
}
