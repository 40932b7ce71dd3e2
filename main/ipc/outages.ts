import { randomUUID } from 'node:crypto';
import type { BrowserWindow } from 'electron';
import { reportLines } from '../../app/desk/outage-words.ts';
import { edgesOf, reportOf, type OutageReport } from '../../app/desk/outages.ts';
import { RekamError } from '../../app/errors.ts';
import type { AccountId } from '../../app/ids.ts';
import { csvOf } from '../schedule/list-csv.ts';
import type { DeskSession } from '../security/sessions.ts';
import { printSheet } from '../slip/print.ts';
import { createPrinters } from '../slip/printers.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { CsvFiles } from './csv-files.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'outages' | 'audit' | 'station'>>;
  readonly window: BrowserWindow;
  /** False when this person's session ended while the system's dialog was open. */
  readonly isStill: (caller: DeskSession) => boolean;
  readonly now: () => number;
  /** The desk's time, and its ISO date. */
  readonly corrected: () => number;
  readonly today: () => string;
}

type Group = Pick<Handlers, 'outages.read' | 'outages.sheet' | 'outages.print' | 'outages.export'>;

export function outageHandlers({ store, window, isStill, now, corrected, today }: Needs): Group {
  const printers = createPrinters();
  const files = new CsvFiles({ window, isStill, unwritable: 'outages.unwritable' });
  let standing: { readonly id: string; readonly report: OutageReport; readonly by: AccountId } | null = null;

  const requireWindow = (): BrowserWindow => {
    if (window.isDestroyed()) throw new Error('no window to print from');
    return window;
  };
  const thisMonth = () => today().slice(0, 7);
  const read = async (month: string): Promise<OutageReport> => {
    // A month that has not come has nothing to tell.
    if (month > thisMonth()) throw new RekamError('request.invalid');
    const { from, until } = edgesOf(month);
    return reportOf(await store.outages.between(from, until), month, corrected());
  };
  const note = (
    { accountId: by }: DeskSession,
    what: 'outages.printed' | 'outages.notPrinted' | 'outages.exported',
    { month, rows }: OutageReport,
    to: string,
  ) =>
    store.audit.append({
      at: now(),
      by,
      what,
      subject: month,
      detail: `${month} ${rows.length} ${to}`.trim(),
    });

  return {
    'outages.read': async ({ month }) => ({
      thisMonth: thisMonth(),
      report: await read(month ?? thisMonth()),
    }),
    'outages.sheet': async ({ month }, { accountId: by }) => {
      const [report, known, record] = await Promise.all([
        read(month),
        printers.list(requireWindow().webContents),
        store.station.record(),
      ]);
      if (record === null) throw new RekamError('request.invalid');
      const id = randomUUID();
      standing = { id, report, by };
      return { id, report, station: record.activation.label, printers: known };
    },
    'outages.print': async ({ id, printer }, caller) => {
      const sheet = standing;
      if (sheet?.id !== id || sheet.by !== caller.accountId) throw new RekamError('slip.stale');
      const fileName = `gangguan-${sheet.report.month}.pdf`;
      const order = { sheet: `outages ${id}`, paper: 'a4', printer, fileName } as const;
      return printSheet(requireWindow(), order, {
        count: (to) => note(caller, 'outages.printed', sheet.report, to),
        takeBack: () =>
          note(caller, 'outages.notPrinted', sheet.report, printer === null ? 'pdf' : 'printer'),
      });
    },
    'outages.export': async ({ month, language }, caller) => {
      const report = await read(month);
      const file = await files.ask(caller, `gangguan-${month}.csv`);
      if (file === null) return null;
      await files.write(file, csvOf(reportLines(report, language)), () =>
        note(caller, 'outages.exported', report, ''),
      );
      return { file, rows: report.rows.length };
    },
  };
}

/** Sync and outages are the real station's: a training has none. */
export function outageHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return {
    ...{ 'outages.read': refuse, 'outages.sheet': refuse },
    ...{ 'outages.print': refuse, 'outages.export': refuse },
  };
}
