import type { BrowserWindow } from 'electron';
import { countSheetSchema, differencesOf } from '../../app/desk/day-close.ts';
import { RekamError } from '../../app/errors.ts';
import type { DaySheet } from '../../app/ipc/day.ts';
import { JWS_TYPES } from '../../app/sync/protocol.ts';
import type { IntakeApi } from '../intake/api.ts';
import { sha256, verifyJws } from '../security/sign.ts';
import { printSheet } from '../slip/print.ts';
import { createPrinters } from '../slip/printers.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { SyncEngine } from '../sync/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'days' | 'audit'> & IntakeApi>;
  /** Null until the station is activated. */
  readonly engine: () => SyncEngine | null;
  readonly window: BrowserWindow;
  /** The station's public key: Ed25519, base64url. */
  readonly stationKeyX: string;
  readonly now: () => number;
  /** ISO date at the desk. */
  readonly today: () => string;
}

type Group = Pick<Handlers, 'day.read' | 'day.compare' | 'day.close' | 'day.sheet' | 'day.print'>;

const SHEETS_SHOWN = 31;

export function dayHandlers({ store, engine, window, stationKeyX, now, today }: Needs): Group {
  const printers = createPrinters();
  const requireWindow = (): BrowserWindow => {
    if (window.isDestroyed()) throw new Error('no window to print from');
    return window;
  };
  /** What was signed, or nothing: a sheet that was changed on the disk is none. */
  const open = async (date: string, number: number): Promise<Omit<DaySheet, 'printers'>> => {
    const jws = await store.days.sheet(date, number);
    if (jws === null) throw new RekamError('request.invalid');
    const sheet = countSheetSchema.safeParse(verifyJws(JWS_TYPES.dayClose, jws, stationKeyX));
    if (!sheet.success) throw new RekamError('store.damaged', {}, sheet.error);
    return { sheet: sheet.data, sha256: sha256(jws), signature: jws.split('.')[2] ?? '' };
  };
  return {
    'day.read': async ({ date }) => {
      const [day, sheets, unclosed] = await Promise.all([
        store.days.read(date ?? today()),
        store.days.sheets(SHEETS_SHOWN),
        store.days.unclosed(today()),
      ]);
      return { today: today(), day, differences: differencesOf(day), sheets, unclosed };
    },
    'day.compare': async () => {
      const running = engine();
      return running === null ? { ended: 'offline', cause: null } : running.compareNow();
    },
    'day.close': async ({ date, reason }, { accountId, name }) => {
      // A day that has not come has nothing to count.
      if (date > today()) throw new RekamError('request.invalid');
      const closed = await store.intake.closeDay({ date, reason, by: { accountId, name }, now: now() });
      engine()?.wake();
      return closed;
    },
    'day.sheet': async ({ date, number }) => ({
      ...(await open(date, number)),
      printers: await printers.list(requireWindow().webContents),
    }),
    'day.print': async ({ date, number, printer }, { accountId: by }) => {
      await open(date, number);
      const fileName = `lembar-hitung-${date}-${number}.pdf`;
      const order = { sheet: `day ${date} ${number}`, paper: 'a4', printer, fileName } as const;
      const note = (what: 'day.printed' | 'day.notPrinted', to: string) =>
        store.audit.append({ at: now(), by, what, subject: date, detail: `${date} ${number} ${to}` });
      return printSheet(requireWindow(), order, {
        count: (to) => note('day.printed', to),
        takeBack: () => note('day.notPrinted', printer === null ? 'pdf' : 'printer'),
      });
    },
  };
}

/** Training's day is nobody's to close. */
export function dayHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return {
    ...{ 'day.read': refuse, 'day.compare': refuse, 'day.close': refuse },
    ...{ 'day.sheet': refuse, 'day.print': refuse },
  };
}
