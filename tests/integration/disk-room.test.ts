// Capture is not begun where it might not fit when it is recorded; what is begun may be finished.
import { expect, test } from 'vitest';
import { deskHandlers } from '../../main/ipc/desk.ts';
import { DiskRoom } from '../../main/ipc/room.ts';
import type { DeskSession } from '../../main/security/sessions.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { recordResident, TEST_DATE, TEST_NOW } from '../helpers/store.ts';

const station = freshStore({ residents: 40 });
const MIB = 1024 * 1024;
/** What an unmeasured station reckons for one resident: 2 MB and their rows, on top of what is never counted. */
const roomFor = (residents: number) => 512 * MIB + Math.ceil((residents + 0.5) * (2 * MIB * 1.1 + 96 * 1024));

function desk(free: { bytes: number }) {
  const room = new DiskRoom({
    store: station.store,
    dataDir: station.dir,
    stat: () => Promise.resolve({ bavail: free.bytes / 4096, bsize: 4096 }),
  });
  const handlers = deskHandlers({
    sessionNow: () => 'pagi',
    store: station.store,
    room,
    now: () => TEST_NOW,
    today: () => TEST_DATE,
    confirm: () => Promise.resolve(),
    recorded: () => undefined,
  });
  return { room, handlers };
}

const caller = () =>
  ({ ...station.operator, username: 'operator', role: 'operator', training: false }) as DeskSession;

test('at 20 residents one is begun, at 19 none, and the sentence has the number', async () => {
  const free = { bytes: roomFor(20) };
  const { room, handlers } = desk(free);
  const [first = '', second = ''] = station.niks;
  expect(await room.read()).toMatchObject({ residentsLeft: 20 });
  await handlers['drafts.begin']({ nik: first }, caller());
  free.bytes = roomFor(19);
  await expect(handlers['drafts.begin']({ nik: second }, caller())).rejects.toMatchObject({
    code: 'disk.low',
    params: { residents: 19 },
  });
  expect(await station.store.drafts.list()).toHaveLength(1);
  expect((await station.store.desk.today(TEST_DATE, 10)).tickets).toHaveLength(1);
});

test('what is begun is opened again with no room at all, and who is recorded is told that', async () => {
  const free = { bytes: roomFor(100) };
  const { handlers } = desk(free);
  const [first = '', second = ''] = station.niks;
  const begun = await handlers['drafts.begin']({ nik: first }, caller());
  await recordResident(station, second);
  free.bytes = 0;
  expect(await handlers['drafts.begin']({ nik: first }, caller())).toEqual(begun);
  await expect(handlers['drafts.begin']({ nik: second }, caller())).rejects.toMatchObject({
    code: 'resident.recordedHere',
  });
  await expect(handlers['drafts.begin']({ nik: '9999990101800001' }, caller())).rejects.toMatchObject({
    code: 'resident.unknown',
  });
});

test('the packets of this very station are what is reckoned with', async () => {
  const { room } = desk({ bytes: 5_000 * MIB });
  const before = (await room.read()).residentsLeft;
  for (const nik of station.niks.slice(0, 20)) await recordResident(station, nik);
  const { averageBytes, count } = await station.store.outbox.measured();
  const sizes = station.db.all<{ size: number }>('SELECT size FROM packet').map(({ size }) => size);
  expect(count).toBe(20);
  expect(averageBytes).toBeCloseTo(sizes.reduce((sum, size) => sum + size, 0) / 20);
  expect((await room.read()).residentsLeft).toBeGreaterThan(before);
});
