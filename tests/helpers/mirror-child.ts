// A station's mirror in a process of its own, to be killed in the middle of a copy. argv: a file with handOver's text.
import { readFileSync } from 'node:fs';
import { Mirror } from '../../main/sync/mirror/mirror.ts';
import { takeOver } from './store.ts';

const test = takeOver(readFileSync(process.argv[2] ?? '', 'utf8'));
const quiet = () => {};
const mirror = new Mirror({
  store: test.store,
  record: () => test.store.station.record(),
  stationKey: test.stationKey,
  dataDir: test.dir,
  now: () => Date.now(),
  changed: () => {
    if (mirror.status().copiedAt !== null) process.stdout.write('copied\n');
  },
  restored: quiet,
  log: { info: quiet, warn: quiet, error: quiet },
});
mirror.start();
