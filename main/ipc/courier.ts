import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron';
import { dirname } from 'node:path';
import { RekamError } from '../../app/errors.ts';
import type { DeskSession } from '../security/sessions.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Courier } from '../sync/courier/courier.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'audit'>>;
  readonly courier: Courier;
  readonly window: BrowserWindow;
  /** False when this person's session ended while the system's dialog was open. */
  readonly isStill: (caller: DeskSession) => boolean;
  readonly now: () => number;
  /** Receipts settled packets: the engine looks for their outcomes, the status bar follows. */
  readonly settled: () => void;
}

type Group = Pick<Handlers, 'courier.state' | 'courier.pack' | 'courier.cancel' | 'courier.receipts'>;

/** The path comes from the system's own dialog and never from the page. */
export function courierHandlers(needs: Needs): Group {
  const { store, courier, now } = needs;
  /** Where the last one was, for the next; gone with the process. */
  let lastFolder: string | null = null;

  const choose = async (caller: DeskSession, options: OpenDialogOptions): Promise<string | null> => {
    const { window } = needs;
    if (window.isDestroyed()) throw new Error('no window to ask in');
    const { canceled, filePaths } = await dialog.showOpenDialog(window, {
      ...options,
      ...(lastFolder === null ? {} : { defaultPath: lastFolder }),
    });
    if (!needs.isStill(caller)) throw new RekamError('login.required');
    return canceled ? null : (filePaths[0] ?? null);
  };

  /** Whatever came of it: what left the station, or was brought, is on record. */
  const audited = async <T extends object>(
    what: 'courier.packed' | 'courier.receipts',
    { accountId: by }: DeskSession,
    act: () => Promise<T>,
  ): Promise<T> => {
    const note = (detail: string) => store.audit.append({ at: now(), by, what, subject: null, detail });
    try {
      const result = await act();
      await note(inShort(result));
      return result;
    } catch (error) {
      await note(error instanceof RekamError ? error.code : 'internal');
      throw error;
    }
  };

  return {
    'courier.state': () => courier.state(),
    'courier.pack': async (_, caller) => {
      const folder = await choose(caller, {
        properties: ['openDirectory', 'createDirectory', 'dontAddToRecent'],
      });
      if (folder === null) return null;
      lastFolder = folder;
      return audited('courier.packed', caller, () => courier.pack(folder));
    },
    'courier.cancel': () => courier.cancel(),
    'courier.receipts': async (_, caller) => {
      const file = await choose(caller, {
        properties: ['openFile', 'dontAddToRecent'],
        filters: [{ name: 'JSONL', extensions: ['jsonl'] }],
      });
      if (file === null) return null;
      lastFolder = dirname(file);
      const summary = await audited('courier.receipts', caller, () => courier.receipts(file));
      if (summary.received > 0) needs.settled();
      return summary;
    },
  };
}

/** Counts and states; neither folders nor packets. */
function inShort(summary: object): string {
  return Object.entries(summary)
    .filter(([name]) => name !== 'folder')
    .map(([name, value]) => `${name} ${Array.isArray(value) ? value.length : String(value)}`)
    .join(', ');
}

/** Training has no packets that anybody waits for. */
export function courierHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return {
    'courier.state': refuse,
    'courier.pack': refuse,
    'courier.cancel': refuse,
    'courier.receipts': refuse,
  };
}
