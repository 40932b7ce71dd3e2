import { dialog, type BrowserWindow } from 'electron';
import { release } from 'node:os';
import { join } from 'node:path';
import { RekamError } from '../../app/errors.ts';
import { writeBundle } from '../checkup/bundle.ts';
import type { StationCheckup } from '../checkup/checkup.ts';
import type { DeskSession } from '../security/sessions.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'audit' | 'station'>>;
  readonly checkup: StationCheckup;
  readonly window: BrowserWindow;
  readonly dataDir: string;
  readonly version: string;
  /** False when this person's session ended while the system's dialog was open. */
  readonly isStill: (caller: DeskSession) => boolean;
  readonly now: () => number;
}

type Group = Pick<Handlers, 'checkup.run' | 'checkup.bundle'>;

export function checkupHandlers({ store, checkup, window, dataDir, version, isStill, now }: Needs): Group {
  return {
    'checkup.run': ({ last, cameras }) => (last ? checkup.last() : checkup.run(cameras ?? null)),
    'checkup.bundle': async (_, caller) => {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openDirectory', 'createDirectory', 'dontAddToRecent'],
      });
      if (!isStill(caller)) throw new RekamError('login.required');
      const [parent] = filePaths;
      if (canceled || parent === undefined) return null;
      const { at, findings } = checkup.last() ?? (await checkup.run(null));
      const logs = join(dataDir, 'logs');
      const bundle = {
        ...{ at, findings, examination: checkup.examination() },
        stationId: (await store.station.record())?.activation.stationId ?? null,
        system: {
          ...{ rekam: version, electron: process.versions.electron, platform: process.platform },
          ...{ arch: process.arch, release: release() },
        },
        logFiles: [join(logs, 'rekam.old.log'), join(logs, 'rekam.log')],
      };
      const folder = await writeBundle(parent, bundle).catch((error: unknown) => {
        throw new RekamError('checkup.folder', {}, error);
      });
      await store.audit.append({ at: now(), by: caller.accountId, what: 'checkup.bundle', subject: null });
      return { folder };
    },
  };
}

/** Training looks after invented residents; the station is looked at from work. */
export function checkupHandlersInTraining(): Group {
  const refuse = (): never => {
    throw new RekamError('role.forbidden');
  };
  return { 'checkup.run': refuse, 'checkup.bundle': refuse };
}
