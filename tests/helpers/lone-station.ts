import { mkdirSync } from 'node:fs';
import { hash } from '@node-rs/argon2';
import { accountIdSchema, type AccountId, type StationId } from '../../app/ids.ts';
import type { ReferenceLine } from '../../app/sync/protocol.ts';
import { databaseFile } from '../../main/intake/start-worker.ts';
import { loadKeys } from '../../main/security/keys.ts';
import type { StationKeys } from '../../main/security/api.ts';
import { openStore, type OpenStore } from '../../main/store/open-store.ts';
import { RECEIPT_KEY } from '../sim/keys.ts';
import { testActivation } from './store.ts';

/** The discard port: the center is away. */
export const NOBODY = 'http://127.0.0.1:9';
export const LONE_SUPERVISOR = { username: 'sari', password: 'kata-sandi-sari', name: 'Sari' };

/** Folders of a station that was activated, has one account, and whose center is away ever since. */
export async function makeLoneStation(
  { dataDir, keyDir }: { readonly dataDir: string; readonly keyDir: string },
  act: (
    station: OpenStore & {
      readonly keys: StationKeys;
      readonly by: AccountId;
      readonly stationId: StationId;
    },
  ) => void = () => undefined,
): Promise<void> {
  mkdirSync(dataDir, { recursive: true });
  const keys = loadKeys({ keyDir, keystore: null });
  const opened = openStore({ file: databaseFile(dataDir), key: keys.database, nativeBinding: null });
  try {
    const now = Date.now();
    const activation = testActivation({
      ...{ identity: '', recipient: 'age1lone', receiptKey: RECEIPT_KEY, receiptKid: 'receipt-1' },
    });
    opened.api.station.activate({ activation, centerUrl: NOBODY, caPem: null }, now);
    const by = accountIdSchema.parse('00000000-0000-4000-8000-000000000001');
    const { username, password, name } = LONE_SUPERVISOR;
    const account: ReferenceLine = {
      ...{ type: 'account', id: by, username, name, role: 'supervisor' },
      ...{ hash: await hash(password), mustChange: false, active: true },
    };
    opened.api.reference.apply([account], '1', now);
    act({ ...opened, keys, by, stationId: activation.stationId });
  } finally {
    opened.db.close();
  }
}
