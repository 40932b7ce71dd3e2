import { expect, test } from 'vitest';
import { PATHS } from '../../app/sync/protocol.ts';
import { TransportFailure } from '../../main/sync/api.ts';
import { cut, problem } from '../helpers/fake-center.ts';
import { fakeStation } from '../helpers/fake-station.ts';
import { recordResident, TEST_NOW } from '../helpers/store.ts';

const MINUTE = 60_000;
const isWork = ({ target }: { target: string }) => !target.startsWith(PATHS.pulse);
const expired = (): never => {
  throw new TransportFailure('clock', 'certificate dates');
};

test.each([
  ['notAllowed', () => problem('station-revoked')],
  ['clock', () => problem('clock-skew')],
  ['clock', expired],
] as const)(
  'nothing of ours passes, by %s: pulses do not hide it, the outage says so, and a signed call ends it',
  async (cause, answer) => {
    const { engine, clock, center, test: store } = await fakeStation();
    center.fault = (request, next) => (isWork(request) ? answer() : next());
    engine.start();
    await clock.advance(10 * MINUTE);
    expect(engine.state().link).toMatchObject({ state: 'offline', cause });
    const summary = engine.syncNow();
    await clock.settle();
    await expect(summary).resolves.toMatchObject({ ended: 'offline', cause, received: 0, remaining: 1 });
    await recordResident(store, store.niks[1] ?? '');
    // Asked again now and then, not again and again.
    expect(center.requests.filter(isWork).length).toBeLessThan(60);
    center.fault = null;
    await clock.advance(20 * MINUTE);
    expect(engine.state().link).toMatchObject({ state: 'online', cause: null });
    expect(center.received).toHaveLength(2);
    const [outage] = store.api.outages.latest(5);
    expect(outage).toMatchObject({ cause, recordedMeanwhile: 1 });
    expect(outage?.endedAt).toBeGreaterThan(TEST_NOW);
  },
);

test('a clock that one pulse sets right is no outage', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  let skewed = 1;
  center.fault = (request, next) => (isWork(request) && skewed-- > 0 ? problem('clock-skew') : next());
  engine.start();
  await clock.settle();
  expect(engine.state().link).toMatchObject({ state: 'online', cause: null });
  expect(store.api.outages.latest(5)).toEqual([]);
  expect(center.received).toHaveLength(1);
});

test('a link that fails meanwhile says its own cause, and the refusal comes back with it', async () => {
  const { engine, clock, center } = await fakeStation();
  center.fault = (request, next) => (isWork(request) ? problem('station-revoked') : next());
  engine.start();
  await clock.settle();
  center.fault = () => cut('dns');
  await clock.advance(5 * MINUTE);
  expect(engine.state().link).toMatchObject({ state: 'offline', cause: 'dns' });
  center.fault = (request, next) => (isWork(request) ? problem('station-revoked') : next());
  await clock.advance(20 * MINUTE);
  expect(engine.state().link).toMatchObject({ state: 'offline', cause: 'notAllowed' });
});
