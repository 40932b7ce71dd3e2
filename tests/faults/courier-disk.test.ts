// Two hundred packets and a disk that is a real file system of its own: too small, filled up in the middle, pulled out in
// the middle, and with a byte that turned after it was written. Each is told plainly, and in the end nothing is lost.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { sha256 } from '../../main/security/sign.ts';
import { courierOf, packOn } from '../helpers/courier.ts';
import { openTestStore, recordResident, testCaptures, type TestStore } from '../helpers/store.ts';

const PACKETS = 200;
const MIB = 1024 * 1024;
/** Root in a container may still neither mount nor have loop devices. */
const canMount =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/dev/loop-control') &&
  spawnSync('unshare', ['--mount', 'true']).status === 0;

let folder: string;
let store: TestStore;
let bytes: number;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'rekam-loop-'));
  store = await openTestStore({ residents: PACKETS, activated: true });
  for (const nik of store.niks)
    await recordResident(store, nik, { captures: testCaptures(undefined, 4_000) });
  bytes = store.api.outbox.summary(0).waitingBytes;
});
afterAll(() => {
  store.destroy();
  rmSync(folder, { recursive: true, force: true });
});

let disk: string;
let image: string;

function mount(mib: number): void {
  image = path.join(folder, 'usb.img');
  execFileSync('truncate', ['-s', `${mib}M`, image]);
  execFileSync('mkfs.ext4', ['-q', '-m', '0', '-O', '^has_journal', image]);
  execFileSync('mount', ['-o', 'loop', image, disk]);
}
/** Lazily: whoever has a file of it open keeps that, and nobody finds the rest. */
const pull = (): void => void execFileSync('umount', ['-l', disk]);

beforeEach(() => {
  disk = path.join(folder, 'usb');
  mkdirSync(disk);
});
afterEach(() => {
  try {
    pull();
  } catch {
    // Pulled already, or never there.
  }
  rmSync(disk, { recursive: true, force: true });
  rmSync(image, { force: true });
});

/** What the desk still has to send. */
const waiting = (): number => store.api.outbox.summary(0).waiting;

test.runIf(canMount)(
  'a disk too small for all is refused before the first byte, and says how many it could take',
  async () => {
    mount(8);
    const free = () => statfsSync(disk).bavail;
    const courier = courierOf(store);
    mkdirSync(packOn(disk, store).folder);
    const before = free();
    const refused = await courier.pack(disk).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'courier.noRoom', params: { packets: PACKETS } });
    const { fits } = (refused as { params: { fits: number } }).params;
    expect(fits).toBeGreaterThan(20);
    expect(fits).toBeLessThan(PACKETS);
    expect(free()).toBe(before);
    expect(waiting()).toBe(PACKETS);
  },
);

test.runIf(canMount)(
  'one that fills up in the middle is told; with room again the rest alone is copied',
  async () => {
    mount(Math.ceil((bytes * 1.3) / MIB) + 8);
    const filler = path.join(disk, 'holiday.mp4');
    const filling = courierOf(store, ({ phase, packets }) => {
      if (phase !== 'copy' || packets.done < PACKETS / 4) return;
      const handle = openSync(filler, 'a');
      try {
        for (;;) writeSync(handle, Buffer.alloc(64 * 1024));
      } catch {
        // Full.
      } finally {
        closeSync(handle);
      }
    });
    await expect(filling.pack(disk)).rejects.toMatchObject({ code: 'courier.diskFull' });
    expect(waiting()).toBe(PACKETS);
    rmSync(filler);
    const summary = await courierOf(store).pack(disk);
    expect(summary).toMatchObject({ ended: 'done', packets: PACKETS });
    expect(summary.kept).toBeGreaterThanOrEqual(PACKETS / 4);
    expect(summary.copied).toBe(PACKETS - summary.kept);
  },
);

test.runIf(canMount)(
  'one that is pulled out in the middle is told; plugged in again it goes on',
  async () => {
    mount(Math.ceil((bytes * 1.3) / MIB) + 8);
    let isPulled = false;
    const pulled = courierOf(store, ({ packets }) => {
      if (isPulled || packets.done < PACKETS / 4) return;
      isPulled = true;
      pull();
    });
    await expect(pulled.pack(disk)).rejects.toMatchObject({ code: 'courier.diskGone' });
    expect(waiting()).toBe(PACKETS);
    execFileSync('mount', ['-o', 'loop', image, disk]);
    const summary = await courierOf(store).pack(disk);
    expect(summary).toMatchObject({ ended: 'done', packets: PACKETS });
    expect(summary.kept).toBeGreaterThan(0);
  },
);

test.runIf(canMount)(
  'a byte that turns on the disk itself is found by reading back, whatever the system remembers',
  async () => {
    mount(Math.ceil((bytes * 1.3) / MIB) + 8);
    const victim = store.api.outbox.waiting(PACKETS - 2, 1)[0];
    if (victim === undefined) throw new Error('no packet');
    let isTurned = false;
    const courier = courierOf(store, ({ phase }) => {
      if (phase !== 'verify' || isTurned) return;
      isTurned = true;
      turnByte(image, store.api.outbox.sealed(victim.packetId) ?? new Uint8Array());
    });
    await expect(courier.pack(disk)).rejects.toMatchObject({ code: 'courier.damaged' });
    expect(isTurned).toBe(true);
    // It is gone from there, so the next copy writes it anew.
    expect(await courierOf(store).pack(disk)).toMatchObject({
      packets: PACKETS,
      copied: 1,
      kept: PACKETS - 1,
    });
    const sealed = readFileSync(path.join(packOn(disk, store).folder, `${victim.packetId}.age`));
    expect(sha256(sealed)).toBe(victim.sha256);
  },
);

/** Under the file system, where the medium would turn it. */
function turnByte(file: string, content: Uint8Array): void {
  const handle = openSync(file, 'r+');
  try {
    const all = readFileSync(file);
    const at = all.indexOf(content.subarray(0, 4096));
    if (at < 0) throw new Error('the packet has not reached the disk');
    const byte = Buffer.alloc(1);
    readSync(handle, byte, 0, 1, at + 2000);
    byte[0] = (byte[0] ?? 0) ^ 1;
    writeSync(handle, byte, 0, 1, at + 2000);
  } finally {
    closeSync(handle);
  }
}
