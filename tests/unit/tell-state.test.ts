import { expect, test } from 'vitest';
import type { StationStatus } from '../../app/ipc/status.ts';
import type { Fact } from '../../app/sync/protocol.ts';
import { StateTeller } from '../../main/ipc/tell-state.ts';

const MINUTE = 60_000;
const NOW = Date.parse('2011-11-14T03:00:00.000Z');

/** A teller whose clock, activation and journal the test has in hand. */
function teller() {
  const facts: Fact[] = [];
  const faults: string[] = [];
  const at = { elapsed: 0, activated: true, isFull: false };
  const quiet = () => undefined;
  const own = new StateTeller({
    store: {
      station: {
        record: () => Promise.resolve(at.activated ? { activation: { label: 'Meja 1' } } : null),
      },
      journal: {
        append: (fact: Fact) =>
          at.isFull ? Promise.reject(new Error('disk full')) : Promise.resolve(void facts.push(fact)),
      },
    } as never,
    version: '0.1.0',
    now: () => NOW + at.elapsed,
    elapsed: () => at.elapsed,
    log: { info: quiet, warn: quiet, error: (event: string) => void faults.push(event) } as never,
  });
  const tell = (waiting: number, freeBytes = 5) =>
    own.tell({
      today: '2011-11-14',
      recordedToday: 12,
      outbox: { waiting, held: 1, oldestAt: waiting > 0 ? new Date(NOW - 90_000).toISOString() : null },
      disk: { freeBytes, residentsLeft: 900 },
      mirror: { state: 'ok' },
      power: { source: 'mains', percent: null, residentsLeft: null },
    } as StationStatus);
  return { facts, faults, at, tell };
}

test('the start is told, as soon as there is somebody to tell', async () => {
  const { facts, at, tell } = teller();
  at.activated = false;
  await tell(1);
  expect(facts).toEqual([]);
  at.activated = true;
  await tell(1);
  expect(facts).toEqual([
    {
      type: 'state',
      ...{ label: 'Meja 1', version: '0.1.0' },
      recorded: { date: '2011-11-14', count: 12 },
      ...{ waiting: 1, oldestMinutes: 1, held: 1 },
      ...{ mirror: 'ok', power: 'mains', diskFreeBytes: 5, residentsLeft: 900 },
    },
  ]);
});

test('what changes all the time is told every five minutes at most, and as it stands then', async () => {
  const { facts, at, tell } = teller();
  for (let second = 0; second < 60 * 60; second += 15) {
    at.elapsed = second * 1000;
    await tell(second);
  }
  expect(facts.map((fact) => fact.type === 'state' && fact.waiting)).toEqual(
    Array.from({ length: 12 }, (_, n) => n * 300),
  );
});

test('a desk where nothing changes but the free space says once an hour that it is there', async () => {
  const { facts, at, tell } = teller();
  for (let minute = 0; minute < 180; minute += 1) {
    at.elapsed = minute * MINUTE;
    await tell(0, minute);
  }
  expect(facts.map((fact) => fact.type === 'state' && fact.diskFreeBytes)).toEqual([0, 60, 120]);
  expect(facts).toMatchObject(facts.map(() => ({ oldestMinutes: null })));
});

test('what could not be written is told once it can be, and no sooner than any other', async () => {
  const { facts, faults, at, tell } = teller();
  at.isFull = true;
  for (let second = 0; second < 600; second += 15) {
    at.elapsed = second * 1000;
    await tell(1);
  }
  expect(faults).toEqual(['state.told', 'state.told']);
  at.isFull = false;
  at.elapsed = 600_000;
  await tell(1);
  expect(facts).toHaveLength(1);
});
