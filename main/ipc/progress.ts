import { randomUUID } from 'node:crypto';
import type { BrowserWindow } from 'electron';
import { progressLines } from '../../app/desk/progress-words.ts';
import { RekamError } from '../../app/errors.ts';
import type { AccountId } from '../../app/ids.ts';
import type { ProgressAnswer } from '../../app/ipc/progress.ts';
import { csvOf } from '../schedule/list-csv.ts';
import type { DeskSession } from '../security/sessions.ts';
import { printSheet } from '../slip/print.ts';
import { createPrinters } from '../slip/printers.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { CsvFiles } from './csv-files.ts';
import type { Handlers } from './register.ts';
import { storedCalendar } from './settings.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'progress' | 'station' | 'audit'>>;
  readonly window: BrowserWindow;
  /** False when this person's session ended while the system's dialog was open. */
  readonly isStill: (caller: DeskSession) => boolean;
  readonly now: () => number;
  /** The desk's time, and its ISO date. */
  readonly corrected: () => number;
  readonly today: () => string;
}

type Channel = 'read' | 'calendar' | 'sheet' | 'print' | 'export';
type Group = Pick<Handlers, `progress.${Channel}`>;

/** Enough for the days that a forecast takes, with long holidays between them. */
const DAYS_READ_MS = 120 * 24 * 60 * 60_000;

export function progressHandlers({ store, window, isStill, now, corrected, today }: Needs): Group {
  const printers = createPrinters();
  const files = new CsvFiles({ window, isStill, unwritable: 'progress.unwritable' });
  let standing: { readonly id: string; readonly date: string; readonly by: AccountId } | null = null;

  const requireWindow = (): BrowserWindow => {
    if (window.isDestroyed()) throw new Error('no window to print from');
    return window;
  };
  const read = async (): Promise<ProgressAnswer> => {
    const [progress, calendar] = await Promise.all([
      // The register's days are the desk's, whatever year the PC's clock is in.
      store.progress.read(corrected() - DAYS_READ_MS, now()),
      storedCalendar(store),
    ]);
    return { ...progress, today: today(), calendar, desa: [...progress.desa], days: [...progress.days] };
  };
  const note = (
    { accountId: by }: DeskSession,
    what: 'progress.printed' | 'progress.notPrinted' | 'progress.exported',
    date: string,
    to: string,
  ) => store.audit.append({ at: now(), by, what, subject: date, detail: `${date} ${to}`.trim() });

  return {
    'progress.read': async () => {
      const progress = await read();
      const { acceptedAt } = progress;
      // On the screen all times are the station's own.
      const ahead = corrected() - now();
      return {
        ...progress,
        acceptedAt: acceptedAt === null ? null : new Date(Date.parse(acceptedAt) - ahead).toISOString(),
      };
    },
    'progress.calendar': (calendar, caller) =>
      store.station.setByHand('calendar', JSON.stringify(calendar), caller.accountId, now()),
    'progress.sheet': async (_, { accountId: by }) => {
      const [progress, known] = await Promise.all([read(), printers.list(requireWindow().webContents)]);
      const id = randomUUID();
      standing = { id, date: progress.today, by };
      return { id, madeAt: new Date(corrected()).toISOString(), progress, printers: known };
    },
    'progress.print': async ({ id, printer }, caller) => {
      const sheet = standing;
      if (sheet?.id !== id || sheet.by !== caller.accountId) throw new RekamError('slip.stale');
      const fileName = `kemajuan-${sheet.date}.pdf`;
      const order = { sheet: `progress ${id}`, paper: 'a4', printer, fileName } as const;
      return printSheet(requireWindow(), order, {
        count: (to) => note(caller, 'progress.printed', sheet.date, to),
        takeBack: () => note(caller, 'progress.notPrinted', sheet.date, printer === null ? 'pdf' : 'printer'),
      });
    },
    'progress.export': async ({ language }, caller) => {
      const { desa, today: date } = await read();
      const file = await files.ask(caller, `kemajuan-${date}.csv`);
      if (file === null) return null;
      await files.write(file, csvOf(progressLines(desa, language)), () =>
        note(caller, 'progress.exported', date, ''),
      );
      return { file, rows: desa.length };
    },
  };
}

/** Training records nobody of the kecamatan. */
export function progressHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return {
    ...{ 'progress.read': refuse, 'progress.calendar': refuse, 'progress.sheet': refuse },
    ...{ 'progress.print': refuse, 'progress.export': refuse },
  };
}
