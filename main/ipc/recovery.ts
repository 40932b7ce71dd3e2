import { randomUUID } from 'node:crypto';
import type { BrowserWindow } from 'electron';
import type { AuditAct } from '../../app/desk/audit.ts';
import { RekamError } from '../../app/errors.ts';
import type { AccountId } from '../../app/ids.ts';
import type { DeskSession } from '../security/sessions.ts';
import { printSheet } from '../slip/print.ts';
import { createPrinters } from '../slip/printers.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import { readKept, type IssuedKit, type KeptKit } from '../sync/takeover/kit.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'station' | 'audit'>>;
  /** Asks the center. */
  readonly issue: (by: DeskSession, password: string) => Promise<IssuedKit>;
  readonly window: BrowserWindow;
  readonly isStill: (caller: DeskSession) => boolean;
  readonly now: () => number;
  /** Another kit counts: its files are to be written. */
  readonly changed: () => void;
}

type Group = Pick<Handlers, 'recovery.status' | 'recovery.issue' | 'recovery.print' | 'recovery.drop'>;

/** The code is in memory from the center's answer until its paper has left, and nowhere else but in the window. */
export function recoveryHandlers(needs: Needs): Group {
  const { store, window, now } = needs;
  const printers = createPrinters();
  let standing: { readonly id: string; readonly kept: KeptKit; readonly by: AccountId } | null = null;
  const note = (what: AuditAct, by: AccountId, detail?: string) =>
    store.audit.append({ at: now(), by, what, subject: null, ...(detail === undefined ? {} : { detail }) });

  return {
    'recovery.status': async () => {
      const kept = await readKept(store);
      return { printedAt: kept?.kit.madeAt ?? null, by: kept?.byName ?? null };
    },
    'recovery.issue': async ({ password }, caller) => {
      if (window.isDestroyed()) throw new Error('no window to print from');
      const { kept, code } = await needs.issue(caller, password);
      // The center has made the voucher before it void: until this one is on paper, no sheet counts.
      await store.station.set('recoveryKit', '');
      await note('recovery.issued', caller.accountId);
      if (!needs.isStill(caller)) throw new RekamError('login.required');
      const id = randomUUID();
      standing = { id, kept, by: caller.accountId };
      const { label, madeAt } = kept.kit;
      return { id, code, label, madeAt, printers: await printers.list(window.webContents) };
    },
    'recovery.print': async ({ id, printer }, caller) => {
      const sheet = standing;
      if (window.isDestroyed()) throw new Error('no window to print from');
      if (sheet?.id !== id || sheet.by !== caller.accountId) throw new RekamError('recovery.stale');
      const { kept, by } = sheet;
      const order = {
        sheet: `recovery ${id}`,
        paper: 'a4',
        printer,
        fileName: 'lembar-pemulihan.pdf',
      } as const;
      const printed = await printSheet(window, order, {
        // First it counts, then it leaves: paper that opens nothing would be found out too late.
        count: async (to) => {
          await store.station.set('recoveryKit', JSON.stringify(kept));
          await note('recovery.printed', by, to);
        },
        takeBack: async () => {
          await store.station.set('recoveryKit', '');
          await note('recovery.notPrinted', by);
        },
      });
      if (printed.to === 'cancelled') return printed;
      standing = null;
      needs.changed();
      return printed;
    },
    'recovery.drop': (id) => {
      if (standing?.id === id) standing = null;
    },
  };
}

/** Training has nobody's packets to recover. */
export function recoveryHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return {
    'recovery.status': refuse,
    'recovery.issue': refuse,
    'recovery.print': refuse,
    'recovery.drop': refuse,
  };
}
