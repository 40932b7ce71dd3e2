// The whole check in a thread of its own, on real files: silent while all is well, and one spoiled page is found, noted,
// and left for the next start.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DatabaseCheck } from '../../main/intake/check.ts';
import { readDamage } from '../../main/store/set-aside.ts';
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
  const [page] = store.db.all<{ pageno: number }>(
    "SELECT pageno FROM dbstat WHERE name = 'packet_blob' AND pagetype = 'overflow' ORDER BY pageno LIMIT 1",
  );
  const at = 4096 * ((page?.pageno ?? 0) - 1) + 60;
  const bytes = readFileSync(store.file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(store.file, bytes);
  await check.run();
  expect(said).toEqual(['whole', 'damaged']);
  expect(check.isDamaged).toBe(true);
  const note = readDamage(store.file);
  expect(note).toMatchObject({ why: 'damaged' });
  await check.run();
  expect(readDamage(store.file)).toEqual(note);
});
