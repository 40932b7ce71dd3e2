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
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import { reportFaults } from '../../scripts/faults-summary.ts';
import { sha256 } from '../../main/security/sign.ts';
import { courierOf, importAt, packOn } from '../helpers/courier.ts';
import { office } from '../helpers/office.ts';
import type { TestStore } from '../helpers/store.ts';

const PACKETS = 200;
const MIB = 1024 * 1024;
/** Root in a container may still neither mount nor have loop devices. */
const canMount =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/dev/loop-control') &&
  spawnSync('unshare', ['--mount', 'true']).status === 0;

let folder: string;
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
  folder = mkdtempSync(path.join(tmpdir(), 'rekam-loop-'));
  disk = path.join(folder, 'usb');
  mkdirSync(disk);
});
afterEach(() => {
  try {
    pull();
  } catch {
    // Pulled already, or never there.
  }
  rmSync(folder, { recursive: true, force: true });
});

/** What the desk still has to send. */
const waiting = (store: TestStore): number => store.api.outbox.summary(0).waiting;

test.runIf(canMount)(
  'two hundred packets on a disk of every kind of bad luck, and by link at once: each is held once and has its receipt',
  async () => {
    const { center, test: store, engine, startEngine, record } = await office({ residents: 1_000 });
    await engine.stop();
    const ids = await record(PACKETS, 4_000);
    expect(ids).toHaveLength(PACKETS);
    const { waitingBytes } = store.api.outbox.summary(0);

    await refusesTooSmall(store);
    mount(Math.ceil((waitingBytes * 1.3) / MIB) + 8);
    await fillsUp(store);
    rmSync(packOn(disk, store).folder, { recursive: true });
    await isPulledOut(store);
    rmSync(packOn(disk, store).folder, { recursive: true });
    await turnsByte(store);
    expect(waiting(store)).toBe(PACKETS);

    // The link is back while the disk is read at the center.
    const again = startEngine();
    const [taken] = await Promise.all([importAt(center, disk), again.syncNow()]);
    expect(taken.all).toBe(true);
    await courierOf(store).receipts(packOn(disk, store).receipts);
    await again.syncNow();
    expect(await center.packetCount()).toBe(PACKETS);
    expect(center.blobs()).toHaveLength(PACKETS);
    const receipts = store.db.all<{ packet_id: PacketId }>('SELECT packet_id FROM receipt');
    expect(receipts.map((row) => row.packet_id).sort()).toEqual([...ids].sort());
    expect(waiting(store)).toBe(0);
    const [arrived = 0, held = 0] = (/(\d+) received, (\d+) held already/.exec(taken.said) ?? [])
      .slice(1)
      .map(Number);
    expect(arrived + held).toBe(PACKETS);
    reportFaults({
      ...{ what: 'carried disk too small, filled up, pulled out, a byte turned', bad: 0 },
      ...{ count: 4, unit: 'disk faults' },
    });
    console.log(
      `courier: ${PACKETS} packets, a disk too small, filled up, pulled out, a byte turned; ` +
        `${arrived} at the center by disk, ${held} by link, ${receipts.length} receipts, 0 lost, 0 doubled`,
    );
  },
);

/** Before the first byte is written, and with how many it could take. */
async function refusesTooSmall(store: TestStore): Promise<void> {
  mount(8);
  const free = () => statfsSync(disk).bavail;
  mkdirSync(packOn(disk, store).folder);
  const before = free();
  const refused = await courierOf(store)
    .pack(disk)
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'courier.noRoom', params: { packets: PACKETS } });
  const { fits } = (refused as { params: { fits: number } }).params;
  expect(fits).toBeGreaterThan(20);
  expect(fits).toBeLessThan(PACKETS);
  expect(free()).toBe(before);
  expect(waiting(store)).toBe(PACKETS);
  pull();
}

/** With room again the rest alone is copied. */
async function fillsUp(store: TestStore): Promise<void> {
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
  expect(waiting(store)).toBe(PACKETS);
  rmSync(filler);
  const summary = await courierOf(store).pack(disk);
  expect(summary).toMatchObject({ ended: 'done', packets: PACKETS });
  expect(summary.kept).toBeGreaterThanOrEqual(PACKETS / 4);
  expect(summary.copied).toBe(PACKETS - summary.kept);
}

/** Plugged in again it goes on. */
async function isPulledOut(store: TestStore): Promise<void> {
  let isPulled = false;
  const pulled = courierOf(store, ({ packets }) => {
    if (isPulled || packets.done < PACKETS / 4) return;
    isPulled = true;
    pull();
  });
  await expect(pulled.pack(disk)).rejects.toMatchObject({ code: 'courier.diskGone' });
  expect(waiting(store)).toBe(PACKETS);
  execFileSync('mount', ['-o', 'loop', image, disk]);
  const summary = await courierOf(store).pack(disk);
  expect(summary).toMatchObject({ ended: 'done', packets: PACKETS });
  expect(summary.kept).toBeGreaterThan(0);
}

/** On the disk itself, after it was written: found by reading back, whatever the system remembers. */
async function turnsByte(store: TestStore): Promise<void> {
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
  const summary = await courierOf(store).pack(disk);
  expect(summary).toMatchObject({ packets: PACKETS, copied: 1, kept: PACKETS - 1 });
  const sealed = readFileSync(path.join(packOn(disk, store).folder, `${victim.packetId}.age`));
  expect(sha256(sealed)).toBe(victim.sha256);
}

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
