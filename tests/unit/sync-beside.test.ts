// A day's queue on a thin line: each packet takes minutes, and there is always another one. What is small goes on.
import { expect, test } from 'vitest';
import { PATHS } from '../../app/sync/protocol.ts';
import { TransportFailure, type TransportRequest } from '../../main/sync/api.ts';
import { problem } from '../helpers/fake-center.ts';
import { fakeStation, type FakeStation } from '../helpers/fake-station.ts';
import { recordResident } from '../helpers/store.ts';

const MINUTE = 60_000;
const isUpload = ({ method, target }: TransportRequest) => method === 'POST' && target === PATHS.packets;

/** Every upload takes four minutes; the bytes of each go out a piece every ten seconds. */
function thin({ center, clock }: FakeStation, over: typeof center.fault = null): void {
  center.fault = async (request, next) => {
    if (!isUpload(request)) return over === null ? next() : await over(request, next);
    for (let left = 4 * MINUTE; left > 0; left -= 10_000) {
      await clock.sleep(10_000, request.signal);
      request.onSent?.(1);
    }
    return next();
  };
}

function summons({ test: store, clock }: FakeStation, date: string): void {
  const nik = store.niks[0] as never;
  const change = { type: 'summons', change: 'added' } as const;
  store.api.journal.append(
    { ...change, summons: { nik, desa: '32.09.03.2005' as never, date, session: 'pagi' } },
    clock.now(),
  );
}

test('pulse, facts, verdicts and reference data go beside the packets, and no upload is cut for them', async () => {
  const station = await fakeStation({ packets: 80 });
  const { engine, clock, center, test: store, ids } = station;
  thin(station);
  engine.start();
  await clock.advance(2 * MINUTE);
  const seen = { pulse: 0, outcomes: 0, reference: 0 };
  for (let quarter = 0; quarter < 5; quarter += 1) {
    summons(station, `2011-11-2${quarter}`);
    await clock.advance(15 * MINUTE);
    expect(store.api.journal.pending(1)).toEqual([]);
    for (const name of Object.keys(seen) as (keyof typeof seen)[]) {
      const count = center.count('GET', PATHS[name]);
      expect(count, `${name} in quarter ${quarter}`).toBeGreaterThan(seen[name]);
      seen[name] = count;
    }
  }
  expect(store.api.outbox.summary(0).waiting).toBeGreaterThan(0);
  expect(center.received.length).toBeGreaterThan(30);
  // Each went in one request.
  expect(center.count('POST', PATHS.packets)).toBeLessThanOrEqual(center.received.length + 4);
  expect(center.received).toEqual(ids.slice(0, center.received.length));
});

test('a pulse that comes late because packets fill the line is no outage; without them it is', async () => {
  const station = await fakeStation({ packets: 12 });
  const { engine, clock, center, test: store } = station;
  thin(station, async (request, next) => {
    if (!request.target.startsWith(PATHS.pulse) || center.received.length === 12) return next();
    if (center.count('POST', PATHS.packets) === 0) return next();
    await clock.sleep(15_000, request.signal);
    throw new TransportFailure('timeout', 'no byte');
  });
  engine.start();
  await clock.advance(20 * MINUTE);
  expect(center.count('GET', PATHS.pulse)).toBeGreaterThan(5);
  expect(engine.state().link.state).not.toBe('offline');
  expect(center.received).toHaveLength(12);
  expect(store.api.outages.latest(5)).toEqual([]);
  center.fault = async (request) => {
    await clock.sleep(15_000, request.signal);
    throw new TransportFailure('timeout', 'no byte');
  };
  await clock.advance(10 * MINUTE);
  expect(engine.state().link).toMatchObject({ state: 'offline', cause: 'timeout' });
});

test('what the center says to a packet stops the small calls beside it too', async () => {
  const station = await fakeStation({ packets: 8 });
  const { engine, clock, center } = station;
  center.pace = { maxConcurrent: 2, retryAfterMs: 0 };
  let uploads = 0;
  let pausedUntil = 0;
  const early: string[] = [];
  center.fault = async (request, next) => {
    if (!request.target.startsWith(PATHS.pulse) && clock.now() < pausedUntil) early.push(request.target);
    // A first load of many pages, all the time.
    if (request.target.startsWith(PATHS.reference)) {
      await clock.sleep(5_000, request.signal);
      const cursor = JSON.stringify({ type: 'cursor', cursor: String(clock.now()), more: true });
      const lines = async function* () {
        yield cursor;
      };
      return { ...next(), lines };
    }
    if (!isUpload(request)) return next();
    uploads += 1;
    await clock.sleep(2 * MINUTE, request.signal);
    if (uploads < 4) return next();
    pausedUntil = clock.now() + 10 * MINUTE;
    uploads = -1000;
    return problem('overloaded', { 'retry-after': '600' });
  };
  engine.start();
  await clock.advance(14 * MINUTE);
  expect(pausedUntil).toBeGreaterThan(0);
  expect(center.count('GET', PATHS.reference)).toBeGreaterThan(5);
  expect(early).toEqual([]);
});

test('who was recorded is told within seconds of the packet, and the other desk asks within a couple of minutes', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 1, random: () => 0.99 });
  engine.start();
  await clock.advance(60_000);
  await recordResident(store, store.niks[2] ?? '');
  engine.wake();
  await clock.advance(10_000);
  expect(store.api.journal.pending(1)).toEqual([]);
  const before = center.count('GET', PATHS.reference);
  await clock.advance(135_000);
  expect(center.count('GET', PATHS.reference)).toBeGreaterThan(before);
});
