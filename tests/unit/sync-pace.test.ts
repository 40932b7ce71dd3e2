import { expect, test } from 'vitest';
import { PATHS } from '../../app/sync/protocol.ts';
import { RekamError } from '../../app/errors.ts';
import { cut, problem, respond } from '../helpers/fake-center.ts';
import { fakeStation } from '../helpers/fake-station.ts';

const MINUTE = 60_000;
const isPacket = ({ target }: { target: string }) => target.startsWith(PATHS.packets);
const isWork = ({ target }: { target: string }) => !target.startsWith(PATHS.pulse);

test.each([-5 * 365 * 24 * 60 * MINUTE, -MINUTE, -1, 3_000, 60 * MINUTE])(
  'the center’s wait is no shorter when somebody sets the clock by %s ms',
  async (ms) => {
    const { engine, clock, center } = await fakeStation({ packets: 2 });
    center.pace = { maxConcurrent: 4, retryAfterMs: 90_000 };
    engine.start();
    await clock.settle();
    clock.jump(ms);
    engine.wake();
    await clock.advance(88_000);
    expect(center.requests.filter(isWork)).toEqual([]);
    await clock.advance(5_000);
    expect(center.received).toHaveLength(2);
  },
);

test('a station that the center refused asks no sooner than the center takes anybody', async () => {
  const { engine, clock, center } = await fakeStation();
  center.fault = (request, next) => (isWork(request) ? problem('station-revoked') : next());
  engine.start();
  await clock.settle();
  expect(engine.state().link.cause).toBe('notAllowed');
  center.accepting = false;
  await clock.advance(2 * MINUTE);
  const before = center.requests.filter(isWork).length;
  await clock.advance(60 * MINUTE);
  expect(center.requests.filter(isWork)).toHaveLength(before);
  center.accepting = true;
  center.fault = null;
  await clock.advance(20 * MINUTE);
  expect(center.received).toHaveLength(1);
});

test('a wait that the center did not name is no turn in its queue', async () => {
  const { engine, clock, center } = await fakeStation();
  let refusals = 1;
  center.fault = (request, next) => (!isWork(request) && refusals-- > 0 ? respond(503, {}, '') : next());
  center.pace = { maxConcurrent: 4, retryAfterMs: 10 * MINUTE };
  engine.start();
  await clock.advance(5 * MINUTE);
  expect(center.requests.filter(isWork)).toEqual([]);
  await clock.advance(10 * MINUTE);
  expect(center.received).toHaveLength(1);
});

test('a slot that the pulse names counts also while we wait of our own accord', async () => {
  const { engine, clock, center } = await fakeStation();
  let refusals = 1;
  center.fault = async (request, next) => {
    if (!isPacket(request) || refusals-- < 1) return next();
    // So long that a pulse is due right after it.
    await clock.sleep(2 * MINUTE, request.signal);
    return respond(503, {}, '');
  };
  engine.start();
  await clock.settle();
  center.pace = { maxConcurrent: 4, retryAfterMs: 10 * MINUTE };
  await clock.advance(11 * MINUTE);
  expect(center.received).toEqual([]);
  await clock.advance(2 * MINUTE);
  expect(center.received).toHaveLength(1);
});

test('failures of the link are no refusals: only so many of those hold a packet', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  const links: (() => never)[] = Array.from({ length: 8 }, () => () => cut());
  center.fault = (request, next) => {
    if (!isPacket(request)) return next();
    const broken = links.pop();
    return broken === undefined ? problem('request-invalid') : broken();
  };
  engine.start();
  while (links.length > 0) await clock.advance(MINUTE);
  const row = () => store.api.outbox.list('all', 0, 1).rows[0];
  const until = row()?.attempts ?? 0;
  expect(until).toBeGreaterThanOrEqual(7);
  while (row()?.lastProblem !== 'request-invalid') await clock.advance(MINUTE);
  expect(row()?.state).toBe('recorded');
  await clock.advance(120 * MINUTE);
  expect(row()).toMatchObject({ state: 'held', holdReason: 'refused', attempts: until + 4 });
});

test('what a person has held and released is refused as often again before it is held', async () => {
  const { engine, clock, center, test: store, ids } = await fakeStation();
  const [id] = ids;
  if (id === undefined) throw new Error('no packet');
  const by = store.supervisor.accountId;
  let refused = 0;
  center.fault = (request, next) => {
    if (!isPacket(request)) return next();
    refused += 1;
    return problem('request-invalid');
  };
  engine.start();
  while (refused < 4) await clock.advance(250);
  store.api.outbox.holdByHand(id, 'Tunggu', by, clock.now());
  engine.leave(id);
  store.api.outbox.release(id, by, clock.now());
  engine.wake();
  await clock.advance(120 * MINUTE);
  expect(store.api.outbox.packet(id).row).toMatchObject({ state: 'held', holdReason: 'refused' });
  expect(refused).toBe(4 + 5);
});

test('a packet is let go when the store fails in the middle of its attempt', async () => {
  let isFull = false;
  const {
    engine,
    clock,
    center,
    test: store,
  } = await fakeStation({
    wrap: (real) => ({
      ...{ station: real.station, outbox: real.outbox, journal: real.journal, reference: real.reference },
      takeovers: real.takeovers,
      outages: new Proxy(real.outages, {
        get: (outages, name): unknown =>
          isFull ? () => Promise.reject(new RekamError('disk.full')) : Reflect.get(outages, name),
      }),
    }),
  });
  center.fault = (request, next) => {
    if (!isPacket(request)) return isFull ? cut() : next();
    isFull = true;
    return cut();
  };
  engine.start();
  await clock.settle();
  expect(isFull).toBe(true);
  expect(store.api.outbox.due(clock.now(), 5, true)).toHaveLength(1);
});

test('however many packets fail, the queue in memory stays short', async () => {
  let longest = 0;
  const { engine, clock, center } = await fakeStation({
    packets: 80,
    wrap: (real) => ({
      ...{ station: real.station, journal: real.journal, reference: real.reference, outages: real.outages },
      takeovers: real.takeovers,
      outbox: new Proxy(real.outbox, {
        get: (outbox, name): unknown =>
          name !== 'due'
            ? Reflect.get(outbox, name)
            : async (...args: Parameters<typeof outbox.due>) => {
                const page = await outbox.due(...args);
                longest = Math.max(longest, page.length);
                return page;
              },
      }),
    }),
  });
  const tried = new Set<string>();
  center.fault = (request, next) => {
    if (!isPacket(request)) return next();
    tried.add(request.headers['upload-metadata'] ?? '');
    return cut();
  };
  engine.start();
  await clock.settle();
  // Each had its one attempt in the first run.
  expect(tried.size).toBe(80);
  expect(longest).toBeGreaterThan(0);
  expect(longest).toBeLessThan(20);
});

test('a packet that receipts from a disk settle while the center refuses it is settled, and the run goes on', async () => {
  const { engine, clock, center, test: store, ids, events } = await fakeStation({ packets: 4 });
  let refused = 0;
  center.fault = (request, next) => {
    const answer = next();
    if (request.method !== 'POST' || request.target !== PATHS.packets || refused++ > 0) return answer;
    const [packetId] = ids;
    const receipt = packetId === undefined ? undefined : center.uploads.get(packetId)?.receipt;
    if (packetId === undefined || typeof receipt !== 'string') throw new Error('no receipt');
    store.api.outbox.received([{ packetId, receipt, receivedAt: clock.now() }]);
    return problem('manifest-conflict');
  };
  engine.start();
  const manual = engine.syncNow();
  await clock.settle();
  await expect(manual).resolves.toMatchObject({ ended: 'done', received: 3, held: 0, remaining: 0 });
  expect(events).not.toContain('sync.cycle');
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, held: 0, received: 4 });
});
