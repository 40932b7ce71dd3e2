import { dialog, type BrowserWindow } from 'electron';
import { RekamError } from '../../app/errors.ts';
import type { DeskSession, Sessions } from '../security/sessions.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Takeover } from '../sync/takeover/takeover.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'station'>>;
  readonly sessions: Pick<Sessions, 'current'>;
  readonly takeover: Takeover;
  readonly window: BrowserWindow;
}

type Group = Pick<Handlers, 'takeover.state' | 'takeover.choose' | 'takeover.run' | 'takeover.retry'>;

/** On a PC that is no station yet the code and two passwords say who may; at a station its supervisor begins it. */
export function takeoverHandlers({ store, sessions, takeover, window }: Needs): Group {
  const requireMay = async (caller: DeskSession | null): Promise<void> => {
    if ((await store.station.record()) === null) return;
    if (caller === null) throw new RekamError('login.required');
    if (caller.role !== 'supervisor') throw new RekamError('role.forbidden');
  };
  return {
    'takeover.state': async (_, caller) => {
      await requireMay(caller);
      return takeover.state();
    },
    /** The path comes from the system's own dialog and never from the page. */
    'takeover.choose': async (_, caller) => {
      await requireMay(caller);
      if (window.isDestroyed()) throw new Error('no window to ask in');
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openDirectory', 'dontAddToRecent'],
      });
      if (sessions.current()?.accountId !== caller?.accountId) throw new RekamError('login.required');
      const chosen = canceled ? undefined : filePaths[0];
      return chosen === undefined ? null : takeover.choose(chosen);
    },
    'takeover.run': async ({ code, persons }, caller) => {
      await requireMay(caller);
      return takeover.run(code, persons);
    },
    'takeover.retry': async (_, caller) => {
      await requireMay(caller);
      takeover.retry();
    },
  };
}

/** At the training desk nothing of a real station is taken over. */
export function takeoverHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return {
    'takeover.state': refuse,
    'takeover.choose': refuse,
    'takeover.run': refuse,
    'takeover.retry': refuse,
  };
}
