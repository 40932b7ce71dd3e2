// The whole check in a thread of its own, on real files: silent while all is well, and one spoiled page is found, noted,
// and left for the next start.
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DatabaseCheck } from '../../main/intake/check.ts';
import { readDamage } from '../../main/store/set-aside.ts';
import { spoilPage } from '../helpers/spoil-page.ts';
import { openTestStore, recordResident, testCaptures } from '../helpers/store.ts';

test('a spoiled page that no start reads is found while the desk goes on, and noted once', async () => {
  const store = await openTestStore({ residents: 6 });
  onTestFinished(() => store.destroy());
  const captures = testCaptures(undefined, 4_000);
  await recordResident(store, store.niks[0] ?? '', { captures });
  const said: string[] = [];
  const check = new DatabaseCheck({
    options: {
      workerFile: path.resolve(import.meta.dirname, '../../main/worker.ts'),
      dataDir: store.dir,
      keys: {
        database: store.key,
        stationPkcs8: store.stationKey.export({ format: 'der', type: 'pkcs8' }),
      },
      nativeBinding: null,
    },
    lastCheckedAt: () => Promise.resolve(0),
    checked: () => Promise.resolve(void said.push('whole')),
    now: () => Date.now(),
    damaged: () => said.push('damaged'),
    failed: (error) => said.push(String(error)),
  });
  const running = check.run();
  // Meanwhile somebody is recorded.
  await recordResident(store, store.niks[1] ?? '', { captures: testCaptures(undefined, 4_000) });
  await running;
  expect(said).toEqual(['whole']);
  expect(readDamage(store.file)).toBeNull();

  store.db.checkpoint();
  spoilPage(store, 'packet_blob', 'overflow');
  await check.run();
  expect(said).toEqual(['whole', 'damaged']);
  expect(check.isDamaged).toBe(true);
  const note = readDamage(store.file);
  expect(note).toMatchObject({ why: 'damaged' });
  await check.run();
  expect(readDamage(store.file)).toEqual(note);
});
