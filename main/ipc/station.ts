import { RekamError } from '../../app/errors.ts';
import type { Request } from '../../app/ipc/contract.ts';
import type { FirstPicture } from '../../app/ipc/first-picture.ts';
import {
  stationInfoSchema,
  themeSchema,
  type StationInfo,
  type StationStatus,
} from '../../app/ipc/status.ts';
import type { Policy } from '../../app/sync/protocol.ts';
import type { Remote, StationRecord, StoreApi } from '../store/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'station'>>;
  /** What does not change while the station runs. */
  readonly fixed: Pick<
    StationInfo,
    'version' | 'demo' | 'developmentRuntime' | 'uncleanStop' | 'auditBrokenAt'
  >;
  readonly battery: (report: Request<'station.battery'>) => void;
  readonly autostart: {
    readonly isPossible: boolean;
    readonly set: (isOn: boolean) => void;
  };
  readonly centerUrl: string | null;
  readonly status: () => Promise<StationStatus>;
  readonly activate: (centerUrl: string, code: string) => Promise<StationRecord>;
  /** The engine starts with the new record. */
  readonly activated: (record: StationRecord) => void;
  /** How the next start's first picture looks. */
  readonly firstPicture: (picture: FirstPicture | null) => void;
  /** The window has drawn its first picture. */
  readonly shown: () => void;
  readonly now: () => number;
}

type Group = Pick<
  Handlers,
  | 'station.info'
  | 'station.status'
  | 'station.activate'
  | 'station.setLanguage'
  | 'station.setTheme'
  | 'station.battery'
  | 'station.setAutostart'
  | 'station.shown'
>;

/** What the demo's start script says of itself. @param json of REKAM_DEMO */
export function readDemo(json: string | null): StationInfo['demo'] {
  return json === null ? null : stationInfoSchema.shape.demo.parse(JSON.parse(json));
}

/** Until a policy has come from the center. */
const IDLE_LOCK_MINUTES = 10;

/** The policy as it counts here: the center's, with what this station has made stricter. */
export async function currentPolicy(store: Remote<Pick<StoreApi, 'station'>>): Promise<Policy | null> {
  return (await store.station.policy())?.inForce ?? null;
}

export async function idleLockMinutes(store: Remote<Pick<StoreApi, 'station'>>): Promise<number> {
  // A policy that cannot be read must not leave the desk open.
  const policy = await currentPolicy(store).catch(() => null);
  return policy?.idleLockMinutes ?? IDLE_LOCK_MINUTES;
}

export async function isAutostartOn(store: Remote<Pick<StoreApi, 'station'>>): Promise<boolean> {
  return (await store.station.setting('autostart')) !== 'off';
}

export function stationHandlers(needs: Needs): Group {
  const { store } = needs;

  const info = async (): Promise<StationInfo> => {
    const [record, chosen, theme, autostart] = await Promise.all([
      store.station.record(),
      store.station.setting('language'),
      store.station.setting('theme'),
      isAutostartOn(store),
    ]);
    const look: FirstPicture = {
      language: chosen === 'en' ? 'en' : 'id',
      theme: themeSchema.catch('auto').parse(theme),
    };
    needs.firstPicture(record === null ? null : look);
    return {
      ...needs.fixed,
      ...look,
      autostart: { isOn: autostart, isPossible: needs.autostart.isPossible },
      activated: record !== null,
      kecamatan: record?.activation.kecamatan ?? null,
      policy: await currentPolicy(store),
      centerUrl: record?.centerUrl ?? needs.centerUrl,
    };
  };

  return {
    'station.info': info,
    'station.status': () => needs.status(),
    'station.activate': async ({ centerUrl, code }) => {
      if ((await store.station.record()) !== null) throw new RekamError('activation.done');
      const record = await needs.activate(centerUrl, code);
      await store.station.activate(record, needs.now());
      needs.activated(record);
      return info();
    },
    // On record where a person of this station does it: before the login, and in training, it is nobody's act.
    'station.setLanguage': async (language, caller) => {
      await (caller === null || caller.training
        ? store.station.set('language', language)
        : store.station.setByHand('language', language, caller.accountId, needs.now()));
      await info();
    },
    'station.setTheme': async (theme) => {
      await store.station.set('theme', theme);
      await info();
    },
    'station.battery': (report) => needs.battery(report),
    'station.shown': () => needs.shown(),
    'station.setAutostart': async (isOn, caller) => {
      const value = isOn ? 'on' : 'off';
      await store.station.setByHand('autostart', value, caller.accountId, needs.now());
      if (needs.autostart.isPossible) needs.autostart.set(isOn);
      return info();
    },
  };
}
