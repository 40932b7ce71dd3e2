// Two stations of one office at a real center: what each hears of the other's tickets and of how it stands.
import { expect, test, vi } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import type { StationStatus } from '../../app/ipc/status.ts';
import { DiskRoom } from '../../main/ipc/room.ts';
import { BatteryGauge } from '../../main/ipc/battery.ts';
import { StatusBoard } from '../../main/ipc/status.ts';
import { syncHandlers } from '../../main/ipc/sync.ts';
import { StateTeller } from '../../main/ipc/tell-state.ts';
import { office, type Office } from '../helpers/office.ts';
import { completeDraft, recordDraft } from '../helpers/store.ts';

vi.mock('electron', () => ({ powerMonitor: { isOnBatteryPower: () => true } }));

async function twoDesks(): Promise<readonly [Office, Office]> {
  const one = await office();
  const two = await office({ center: one.center, code: await one.center.activationCode('Meja 2') });
  return [one, two];
}

/** Syncs until it is so. */
async function until({ engine }: Office, isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await engine.syncNow();
}

/** What the first has told is at the center, and the second has asked for it since. */
async function hears(from: Office, to: Office): Promise<void> {
  await until(from, () => from.test.api.journal.pending(1).length === 0);
  const held = from.test.db.get<{ n: number }>('SELECT max(sequence) AS n FROM journal')?.n ?? 0;
  await until(
    to,
    () =>
      (to.test.db.get<{ n: number | null }>(
        'SELECT max(sequence) AS n FROM peer_fact WHERE station_id = ?',
        from.test.api.station.record()?.activation.stationId ?? '',
      )?.n ?? 0) >= held,
  );
}

const by = ({ test: { operator } }: Office) => operator.accountId;
const arrive = (desk: Office, nik: string) =>
  desk.test.api.desk.arrive(desk.date, nikSchema.parse(nik), by(desk), Date.now());
const today = (desk: Office) => desk.test.api.desk.today(desk.date, 50);

test('what one desk does with its numbers the other knows: being served, put off, recorded', async () => {
  const [one, two] = await twoDesks();
  const [served = '', putOff = '', fresh = ''] = one.waiting;
  // Neither has heard of the other yet: no number twice all the same.
  expect([arrive(one, served).number, arrive(one, putOff).number]).toEqual([1, 2]);
  expect([arrive(two, fresh).number, arrive(two, served).number]).toEqual([501, 502]);

  const draft = await completeDraft(one.test, served, { now: Date.now(), date: one.date });
  one.test.api.desk.setTicket(one.date, 2, 'deferred', 'Foto kartu keluarga', by(one), Date.now());
  await hears(one, two);
  expect(two.test.api.desk.elsewhere(two.date, served)).toMatchObject({ number: 1, state: 'serving' });
  expect(() => arrive(two, served)).toThrow('ticket.elsewhere');
  expect(today(two).tickets.map(({ number }) => number)).toEqual([501]);
  expect(arrive(two, putOff)).toMatchObject({ number: 2, state: 'waiting' });

  await recordDraft(one.test, draft, Date.now(), one.date);
  await hears(one, two);
  expect(two.test.api.desk.elsewhere(two.date, served)).toBeNull();
  expect(() => arrive(two, served)).toThrow('resident.recordedElsewhere');
  expect(today(two).tickets.map(({ number }) => number)).toEqual([2, 501]);

  // And back: whom the second desk took over is served there.
  two.test.api.desk.setTicket(two.date, 2, 'called', null, by(two), Date.now());
  await hears(two, one);
  expect(one.test.api.desk.elsewhere(one.date, putOff)).toMatchObject({ number: 2, state: 'called' });
});

test('how one desk stands is shown to the supervisor at the other, and only there', async () => {
  const [one, two] = await twoDesks();
  const [id] = await one.record(2);
  if (id === undefined) throw new Error('nothing recorded');
  one.test.api.outbox.holdByHand(id, 'Tunggu kabar pusat', by(one), Date.now());
  const { stationId, label } = one.test.api.station.record()?.activation ?? {};
  const quiet = () => undefined;
  const log = { info: quiet, warn: quiet, error: quiet };
  const told: StationStatus[] = [];
  const teller = new StateTeller({
    ...{ store: one.test.store, version: '0.1.0', log },
    now: () => Date.now(),
    elapsed: () => performance.now(),
  });
  const board = new StatusBoard({
    ...{ store: one.test.store, keysInFile: true, log },
    engine: () => one.engine,
    room: new DiskRoom({ store: one.test.store, dataDir: one.test.dir }),
    mirror: () => ({
      ...{ state: 'lost', behind: 2, folder: '/media/usb', since: null, copiedAt: null },
      ...{ sameDisk: false, recoverable: true },
    }),
    battery: new BatteryGauge(),
    storeDamaged: () => false,
    now: () => Date.now(),
    startOfDay: () => new Date().setHours(0, 0, 0, 0),
    today: () => one.date,
    publish: (status) => void told.push(status),
  });
  const shown = ({ test: { store }, engine }: Office) =>
    syncHandlers({ store, engine: () => engine, now: () => Date.now() })['sync.office'](
      undefined,
      null as never,
    );
  const before = Date.now();
  const status = await board.read();
  await teller.tell(status);
  await hears(one, two);
  const office2 = await shown(two);
  expect(office2).toEqual([
    {
      ...{ stationId, label, version: '0.1.0' },
      at: expect.any(String) as string,
      recorded: { date: one.date, count: 2 },
      ...{ waiting: status.outbox.waiting, oldestMinutes: status.outbox.oldestAt === null ? null : 0 },
      ...{ held: 1, residentsLeft: status.disk.residentsLeft, mirror: 'lost', power: 'battery' },
    },
  ]);
  const at = Date.parse(office2[0]?.at ?? '');
  // By the second's own clock, which is this one: never later than it was heard.
  expect(at).toBeGreaterThan(before - 60_000);
  expect(at).toBeLessThanOrEqual(Date.now());
  expect(await shown(one)).toEqual([]);
});
