// Two stations of one office at a real center: what each hears of the other's tickets.
import { expect, test } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { office, type Office } from '../helpers/office.ts';
import { completeDraft, recordDraft } from '../helpers/store.ts';

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
