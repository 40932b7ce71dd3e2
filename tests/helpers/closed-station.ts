import { randomUUID, type KeyObject } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { checkBiodata, type Biodata } from '../../app/enrollment/biodata.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { accountIdSchema } from '../../app/ids.ts';
import type { IntakeApi } from '../../main/intake/api.ts';
import { createCopies } from '../../main/intake/copies.ts';
import { createIntake } from '../../main/intake/record.ts';
import { databaseFile } from '../../main/intake/start-worker.ts';
import { loadKeys } from '../../main/security/keys.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import type { StoreApi } from '../../main/store/api.ts';
import type { CopyApi } from '../../main/store/mirror-api.ts';
import type { Database } from '../../main/store/database.ts';
import { openStore } from '../../main/store/open-store.ts';
import { localStore } from '../../main/store/remote.ts';
import { activateStation } from '../../main/sync/activate.ts';
import { LOSARI, recordResident, testCaptures, type TestAccount, type TestRemote } from './store.ts';
import type { StationHome } from './station-home.ts';

/** A new station, activated and at work for a while before its app has ever been opened. */
export async function activatedAtDisk(
  home: StationHome,
  centerUrl: string,
  code: string,
  act: (disk: {
    readonly api: StoreApi;
    readonly store: TestRemote;
    readonly operator: TestAccount;
  }) => Promise<void>,
): Promise<void> {
  mkdirSync(home.dataDir, { recursive: true });
  const keys = loadKeys({ keyDir: home.keyDir, keystore: null, mayMake: true });
  openStore({
    file: databaseFile(home.dataDir),
    key: Buffer.from(keys.database),
    nativeBinding: null,
  }).db.close();
  const stationKeyX = publicKeyX(keys.station);
  const record = await activateStation({ centerUrl, code, stationKeyX, label: 'Meja 1', appVersion: '0' });
  await atDisk(home, async ({ api, store }) => {
    api.station.activate(record, Date.now());
    await act({ api, store, operator: newOperator() });
  });
}

const newOperator = (): TestAccount => ({
  accountId: accountIdSchema.parse(randomUUID()),
  name: 'Operator',
});

/** The disk of a station whose app is closed: what a day at the desk would have left there, without the day. */
export async function atDisk<T>(
  home: StationHome,
  act: (disk: {
    readonly api: StoreApi;
    readonly db: Database;
    /** Records these residents, with parts of so many bytes each, which `given` hears of. */
    readonly record: (
      people: readonly Biodata[],
      bytesEach: number,
      given?: (captures: readonly Capture[]) => void,
    ) => Promise<void>;
    /** As the rest of main has it. */
    readonly store: TestRemote;
    /** Who recorded it. */
    readonly operator: TestAccount;
    readonly stationKey: KeyObject;
  }) => Promise<T> | T,
): Promise<T> {
  const keys = loadKeys({ keyDir: home.keyDir, keystore: null, mayMake: false });
  const { db, api } = openStore({
    file: databaseFile(home.dataDir),
    key: Buffer.from(keys.database),
    nativeBinding: null,
  });
  const store = localStore<StoreApi & IntakeApi & CopyApi>({
    ...api,
    ...createIntake(db, keys.station),
    ...createCopies(db, { station: keys.station, database: Buffer.from(keys.database), nativeBinding: null }),
  });
  const operator = newOperator();
  try {
    return await act({
      ...{ api, db, store, operator, stationKey: keys.station },
      record: async (people, bytesEach, given = () => undefined) => {
        const date = new Date().toISOString().slice(0, 10);
        for (const { nik } of people) {
          const captures = testCaptures(undefined, bytesEach);
          given(captures);
          await recordResident({ store, operator }, nik, { captures, now: Date.now(), date });
        }
      },
    });
  } finally {
    db.close();
  }
}

/** Those whose record asks for no reason. */
export function plainAdults(people: readonly Biodata[]): Biodata[] {
  const date = new Date().toISOString().slice(0, 10);
  return people.filter((biodata) => {
    const { errors, warnings } = checkBiodata(biodata, date, LOSARI);
    return errors.length + warnings.length === 0;
  });
}
