import { randomUUID } from 'node:crypto';
import { dialog, type BrowserWindow } from 'electron';
import { plusDays, DAYS_AHEAD } from '../../app/desk/carry-over.ts';
import { RekamError } from '../../app/errors.ts';
import type { AccountId } from '../../app/ids.ts';
import { LIST_MAX, type Listed, type ListOrder } from '../../app/ipc/schedule.ts';
import type { Kecamatan } from '../../app/sync/protocol.ts';
import { listCsv, problemCsv } from '../schedule/list-csv.ts';
import type { ListImport } from '../schedule/list-import.ts';
import type { DeskSession } from '../security/sessions.ts';
import { printSheet } from '../slip/print.ts';
import { createPrinters } from '../slip/printers.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { CsvFiles } from './csv-files.ts';
import type { Handlers } from './register.ts';
import { storedCapacity } from './settings.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'schedule' | 'station' | 'audit'>>;
  readonly list: ListImport;
  readonly window: BrowserWindow;
  /** False when this person's session ended while the system's dialog was open. */
  readonly isStill: (caller: DeskSession) => boolean;
  /** The desk's time and ISO date. */
  readonly now: () => number;
  readonly today: () => string;
  /** The journal has something for the center. */
  readonly changed: () => void;
}

type Group = Pick<
  Handlers,
  | 'schedule.read'
  | 'schedule.people'
  | 'schedule.capacity'
  | 'schedule.sheet'
  | 'schedule.print'
  | 'schedule.export'
  | 'schedule.choose'
  | 'schedule.problems'
  | 'schedule.take'
  | 'schedule.drop'
>;

export function scheduleHandlers(needs: Needs): Group {
  const { store, list, window, isStill, now, today } = needs;
  const printers = createPrinters();
  let standing: {
    readonly id: string;
    readonly order: ListOrder;
    readonly by: AccountId;
    readonly count: number;
  } | null = null;
  const files = new CsvFiles({ window, isStill, unwritable: 'schedule.unwritable' });

  const note = (
    { accountId: by }: { readonly accountId: AccountId },
    what: 'summons.printed' | 'summons.notPrinted' | 'summons.exported',
    detail: string,
  ) => store.audit.append({ at: now(), by, what, subject: null, detail });
  const kecamatan = async (): Promise<Kecamatan> => {
    const record = await store.station.record();
    if (record === null) throw new RekamError('request.invalid');
    return record.activation.kecamatan;
  };
  const openWindow = (): BrowserWindow => {
    if (window.isDestroyed()) throw new Error('no window to ask in');
    return window;
  };
  const save = (caller: DeskSession, file: string, text: string, detail: string): Promise<void> =>
    // On record before the names leave.
    files.write(file, text, () => note(caller, 'summons.exported', detail));
  const listed = async (order: ListOrder): Promise<Listed[]> => {
    if (order.kind === 'carried') return store.schedule.carried(order.date);
    const group = { date: order.date, session: order.session, desa: order.desa };
    const { total, rows } = await store.schedule.people(group, { offset: 0, limit: LIST_MAX });
    if (total > LIST_MAX) throw new RekamError('schedule.tooMany', { max: LIST_MAX });
    return rows.map(({ nik, nama }) => ({ nik, nama, ...group }));
  };

  return {
    'schedule.read': async ({ from }) => {
      const first = from ?? today();
      const [groups, capacity] = await Promise.all([
        store.schedule.groups(first, plusDays(first, DAYS_AHEAD)),
        storedCapacity(store),
      ]);
      return { today: today(), groups, capacity };
    },
    'schedule.people': async ({ offset, limit, ...group }) => {
      const { total, rows } = await store.schedule.people(group, { offset, limit });
      return { total, rows };
    },
    'schedule.capacity': async (capacity, caller) => {
      await store.station.setByHand('sessionCapacity', JSON.stringify(capacity), caller.accountId, now());
    },
    'schedule.sheet': async (order, { accountId: by }) => {
      const [people, known] = await Promise.all([listed(order), printers.list(openWindow().webContents)]);
      const id = randomUUID();
      standing = { id, order, by, count: people.length };
      return { id, order, people, printers: known };
    },
    'schedule.print': async ({ id, printer }, caller) => {
      const sheet = standing;
      if (sheet?.id !== id || sheet.by !== caller.accountId) throw new RekamError('slip.stale');
      const detail = `${placeOf(sheet.order)} ${sheet.count}`;
      const order = {
        sheet: `list ${id}`,
        paper: 'a4',
        printer,
        fileName: `${fileOf(sheet.order)}.pdf`,
      } as const;
      return printSheet(openWindow(), order, {
        count: (to) => note(caller, 'summons.printed', `${detail} ${to}`),
        takeBack: () => note(caller, 'summons.notPrinted', detail),
      });
    },
    'schedule.export': async (order, caller) => {
      if (order.kind === 'problems') {
        if (!list.isReadyFor(caller.accountId)) throw new RekamError('schedule.stale');
        const file = await files.ask(caller, 'baris-diperiksa.csv');
        if (file === null) return null;
        const { text, rows } = await problemCsv(store, order.language, (await kecamatan()).desa);
        await save(caller, file, text, `problems ${rows}`);
        return { file, rows };
      }
      const file = await files.ask(caller, `${fileOf(order)}.csv`);
      if (file === null) return null;
      const people = await listed(order);
      await save(
        caller,
        file,
        listCsv(people, (await kecamatan()).desa),
        `${placeOf(order)} ${people.length}`,
      );
      return { file, rows: people.length };
    },
    'schedule.choose': async (_, caller) => {
      const { canceled, filePaths } = await dialog.showOpenDialog(openWindow(), {
        properties: ['openFile', 'dontAddToRecent'],
        filters: [{ name: 'CSV', extensions: ['csv', 'txt'] }],
        ...(files.folder === null ? {} : { defaultPath: files.folder }),
      });
      if (!isStill(caller)) throw new RekamError('login.required');
      const [file] = filePaths;
      if (canceled || file === undefined) return null;
      files.used(file);
      const { desa } = await kecamatan();
      const preview = await list.read(file, { today: today(), desa }, caller.accountId);
      // Whoever came to the desk meanwhile has not chosen it.
      if (isStill(caller)) return preview;
      await list.drop();
      throw new RekamError('login.required');
    },
    'schedule.problems': (page, caller) => {
      if (!list.isReadyFor(caller.accountId)) throw new RekamError('schedule.stale');
      return store.schedule.problems(page);
    },
    'schedule.take': async ({ moved }, caller) => {
      const done = await list.take({ moved, today: today() }, caller.accountId);
      needs.changed();
      return done;
    },
    'schedule.drop': () => list.drop(),
  };
}

/** What the audit log says of a list: when, where, and nobody's name. */
function placeOf(order: ListOrder): string {
  return order.kind === 'carried' ? `carried ${order.date}` : `${order.date} ${order.session} ${order.desa}`;
}

function fileOf(order: ListOrder): string {
  return order.kind === 'carried'
    ? `dijadwalkan-ulang-${order.date}`
    : `undangan-${order.date}-${order.session}-${order.desa.replaceAll('.', '')}`;
}

/** Nobody of the kecamatan is called by a training. */
export function scheduleHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return {
    'schedule.read': refuse,
    'schedule.people': refuse,
    'schedule.capacity': refuse,
    'schedule.sheet': refuse,
    'schedule.print': refuse,
    'schedule.export': refuse,
    'schedule.choose': refuse,
    'schedule.problems': refuse,
    'schedule.take': refuse,
    'schedule.drop': refuse,
  };
}
