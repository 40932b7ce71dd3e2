// The second copy on real disks: one that fills up, one that is pulled out in the middle, and a process that is killed in
// mid-copy. In the end every packet has a copy that is whole, and no half of one ever passes for it.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reportFaults } from '../../scripts/faults-summary.ts';
import { brokenCopies, filesEnding, mirrorOf, mirrorOn, secondDisk } from '../helpers/mirror.ts';
import { handOver, openTestStore, recordResident, testCaptures, type TestStore } from '../helpers/store.ts';

const canMount =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', ['--mount', 'true']).status === 0;
const PACKETS = 24;
const KILLS = 5;

let folder: string;
let disk: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rekam-tmpfs-'));
  disk = path.join(folder, 'usb');
  mkdirSync(disk);
});
afterEach(() => {
  while (spawnSync('umount', ['-l', disk]).status === 0);
  rmSync(folder, { recursive: true, force: true });
});

async function recorded(count: number): Promise<TestStore> {
  const store = await openTestStore({ residents: PACKETS });
  const captures = () => testCaptures(undefined, 8_000);
  for (const nik of store.niks.slice(0, count)) await recordResident(store, nik, { captures: captures() });
  return store;
}

test.runIf(canMount)(
  'a disk that fills up is told as full, and caught up once it has room; pulled out, as lost',
  async () => {
    const store = await recorded(PACKETS);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', disk]);
    const filler = path.join(disk, 'holiday.mp4');
    const { mirror, until } = mirrorOf(store);
    await until(({ state }) => state === 'none');
    const handle = openSync(filler, 'w');
    writeSync(handle, Buffer.alloc(2_500_000));
    closeSync(handle);
    await mirror.choose(disk, store.supervisor.accountId);
    const full = await until(({ state }) => state === 'full');
    expect(full).toMatchObject({ sameDisk: false });
    expect(full.behind).toBeGreaterThan(0);
    expect(full.behind).toBeLessThan(PACKETS);
    const where = mirrorOn(disk);
    expect(brokenCopies(where)).toEqual([]);
    expect(filesEnding(where, '.part')).toEqual([]);
    // Looked at again, it stays so, since when it was so.
    mirror.wake();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(mirror.status()).toEqual(full);

    execFileSync('mount', ['-o', 'remount,size=16m', disk]);
    mirror.wake();
    await until(({ state, behind }) => state === 'ok' && behind === 0);
    expect(filesEnding(where, '.jws')).toHaveLength(PACKETS);
    expect(brokenCopies(where)).toEqual([]);

    execFileSync('umount', ['-l', disk]);
    mirror.wake();
    expect(await until(({ state }) => state === 'lost')).toMatchObject({ behind: 0 });
    // Nothing is written where the disk was.
    expect(filesEnding(disk, '')).toEqual([]);
    await mirror.stop();
    store.destroy();
    reportFaults({ what: 'second disk filled up, pulled out', count: 2, unit: 'disk faults', bad: 0 });
  },
);

test('killed in mid-copy again and again: no half passes for a copy, and the next start goes on', async () => {
  let store = await recorded(PACKETS);
  const second = secondDisk();
  const first = mirrorOf(store);
  await first.until(({ state }) => state === 'none');
  await first.mirror.stop();
  // Chosen, and nothing copied yet.
  const chosen = mirrorOf(store);
  await chosen.mirror.choose(second, store.supervisor.accountId);
  await chosen.mirror.stop();
  store.api.mirror.forget('all');
  const where = mirrorOn(second);
  for (const name of [...filesEnding(where, '.age'), ...filesEnding(where, '.jws')])
    rmSync(path.join(where, name));
  const given = path.join(folder, 'given.json');
  writeFileSync(given, handOver(store));
  store.close();

  const child = path.resolve(import.meta.dirname, '../helpers/mirror-child.ts');
  const seen: number[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    const running = spawn(process.execPath, [child, given], { stdio: ['ignore', 'pipe', 'inherit'] });
    let copies = 0;
    running.stdout.on('data', () => {
      copies += 1;
      if (copies === 3) setTimeout(() => running.kill('SIGKILL'), kill * 3);
    });
    await once(running, 'exit');
    expect(brokenCopies(where)).toEqual([]);
    seen.push(filesEnding(where, '.jws').length);
  }
  expect(seen[0]).toBeLessThan(PACKETS);
  store = store.reopen();
  const last = mirrorOf(store);
  await last.until(({ state, behind }) => state === 'ok' && behind === 0);
  await last.mirror.stop();
  expect(filesEnding(where, '.jws')).toHaveLength(PACKETS);
  expect(brokenCopies(where)).toEqual([]);
  expect(filesEnding(where, '.part')).toEqual([]);
  console.log(
    `mirror: ${KILLS} kills in mid-copy, whole copies after each: ${seen.join(', ')}; then ${PACKETS}`,
  );
  store.destroy();
});
