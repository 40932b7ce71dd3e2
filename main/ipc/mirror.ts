import { dialog, type BrowserWindow } from 'electron';
import { RekamError } from '../../app/errors.ts';
import type { DeskSession } from '../security/sessions.ts';
import type { Mirror } from '../sync/mirror/mirror.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly mirror: Mirror;
  readonly window: BrowserWindow;
  /** False when this person's session ended while the system's dialog was open. */
  readonly isStill: (caller: DeskSession) => boolean;
}

type Group = Pick<Handlers, 'mirror.choose'>;

/** The path comes from the system's own dialog and never from the page. */
export function mirrorHandlers({ mirror, window, isStill }: Needs): Group {
  return {
    'mirror.choose': async (_, caller) => {
      if (window.isDestroyed()) throw new Error('no window to ask in');
      const { folder } = mirror.status();
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openDirectory', 'createDirectory', 'dontAddToRecent'],
        ...(folder === null ? {} : { defaultPath: folder }),
      });
      if (!isStill(caller)) throw new RekamError('login.required');
      const chosen = canceled ? undefined : filePaths[0];
      return chosen === undefined ? null : mirror.choose(chosen, caller.accountId);
    },
  };
}

/** Training's packets are worth nothing, so there is no second copy of them. */
export function mirrorHandlersInTraining(): Group {
  return {
    'mirror.choose': () => {
      throw new RekamError('role.forbidden');
    },
  };
}
