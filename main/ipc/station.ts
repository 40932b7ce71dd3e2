import { RekamError } from '../../app/errors.ts';
import type { StationInfo, StationStatus } from '../../app/ipc/status.ts';
import { policySchema } from '../../app/sync/protocol.ts';
import type { Remote, StationRecord, StoreApi } from '../store/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'station'>>;
  /** What does not change while the station runs. */
  readonly fixed: Pick<StationInfo, 'version' | 'demo' | 'developmentRuntime' | 'uncleanStop'>;
  readonly centerUrl: string | null;
  readonly status: () => Promise<StationStatus>;
  readonly activate: (centerUrl: string, code: string) => Promise<StationRecord>;
  /** The engine starts with the new record. */
  readonly activated: (record: StationRecord) => void;
  readonly now: () => number;
}

type Group = Pick<Handlers, 'station.info' | 'station.status' | 'station.activate' | 'station.setLanguage'>;

export function stationHandlers(needs: Needs): Group {
  const { store } = needs;

  const info = async (): Promise<StationInfo> => {
    const [record, chosen, policy] = await Promise.all([
      store.station.record(),
      store.station.setting('language'),
      store.station.setting('policy'),
    ]);
    return {
      ...needs.fixed,
      language: chosen === 'en' ? 'en' : 'id',
      activated: record !== null,
      kecamatan: record?.activation.kecamatan ?? null,
      policy: policy === null ? (record?.activation.policy ?? null) : policySchema.parse(JSON.parse(policy)),
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
    'station.setLanguage': (language) => store.station.set('language', language),
  };
}
