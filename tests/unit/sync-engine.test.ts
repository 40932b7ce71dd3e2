import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { RekamError } from '../../app/errors.ts';
import { PATHS } from '../../app/sync/protocol.ts';
import { TransportFailure } from '../../main/sync/api.ts';
import { cut, problem, respond, type Fault } from '../helpers/fake-center.ts';
import { fakeStation } from '../helpers/fake-station.ts';
import { recordResident, TEST_NOW } from '../helpers/store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('what waits is delivered, each packet once and in one request, oldest first', async () => {
  const { engine, clock, center, test: store, ids } = await fakeStation({ packets: 5 });
  engine.start();
  await clock.settle();
  expect(center.received).toEqual(ids);
  expect(center.count('POST', PATHS.packets)).toBe(5);
  expect(center.count('HEAD', PATHS.packets) + center.count('PATCH', PATHS.packets)).toBe(0);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, received: 5 });
  expect(engine.state().link).toMatchObject({ state: 'online', cause: null });
});

test('a lost final answer ends in one packet at the center and one receipt here (G2, G3)', async () => {
  const { engine, clock, center, test: store, ids } = await fakeStation();
  let lost = 0;
  center.fault = (request, next) => {
    const answer = next();
    if (request.method === 'POST' && request.target === PATHS.packets && lost++ === 0) cut();
    return answer;
  };
  engine.start();
  await clock.settle();
  expect(store.api.outbox.summary(0).waiting).toBe(1);
  await clock.advance(MINUTE);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, received: 1 });
  expect(center.count('POST', PATHS.packets)).toBe(1);
  expect([...center.completions]).toEqual([[ids[0], 1]]);
});

test('a cut upload goes on from where the center stands', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  let creations = 0;
  center.fault = (request, next) => {
    if (request.method !== 'POST' || request.target !== PATHS.packets || creations++ > 0) return next();
    center.begin(request, 1000);
    return cut();
  };
  engine.start();
  await clock.advance(MINUTE);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
  const patch = center.requests.find(({ method }) => method === 'PATCH');
  expect(patch?.headers['upload-offset']).toBe('1000');
});

test.each([
  ['a portal page', () => respond(200, { 'content-type': 'text/html' }, '<html>login</html>')],
  ['an empty 204', () => respond(204, {}, '')],
  ['a redirect', () => respond(302, { location: 'http://portal' }, '')],
])('%s is a failed attempt, never a success (G2)', async (_name, answer) => {
  const { engine, clock, center, test: store } = await fakeStation();
  center.fault = (request, next) => (request.target.startsWith(PATHS.packets) ? answer() : next());
  engine.start();
  await clock.advance(5 * MINUTE);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 1, received: 0 });
  const [row] = store.api.outbox.list('pending', 0, 10).rows;
  expect(row?.attempts).toBeGreaterThan(0);
  expect(row?.attempts).toBeLessThan(30);
  center.fault = null;
  await clock.advance(15 * MINUTE);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, received: 1 });
});

test('a receipt signed by another key, or for another packet, is none', async () => {
  const { engine, clock, center, test: store, ids } = await fakeStation({ packets: 2 });
  const [first, second] = ids;
  const forger = generateKeyPairSync('ed25519').privateKey;
  center.fault = (request, next) => {
    const answer = next();
    const upload = [...center.uploads].find(([id]) => id === first)?.[1];
    if (!request.target.startsWith(PATHS.packets) || upload === undefined) return answer;
    const forged = center.receipt(upload.manifest, {}, forger);
    const swapped = center.receipt(upload.manifest, { packetId: second });
    const jws = answer.headers['rekam-receipt'] === upload.receipt ? forged : swapped;
    return { ...answer, headers: { ...answer.headers, 'rekam-receipt': jws } };
  };
  engine.start();
  await clock.advance(10 * MINUTE);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 2, received: 0 });
  center.fault = null;
  await clock.advance(20 * MINUTE);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, received: 2 });
});

test('a packet that cannot go is held with its reason; the others flow (G4)', async () => {
  const { engine, clock, center, test: store, ids } = await fakeStation({ packets: 4 });
  const metadata = Buffer.from(ids[0] ?? '').toString('base64');
  center.fault = (request, next) =>
    request.headers['upload-metadata']?.includes(metadata) === true ? problem('manifest-conflict') : next();
  engine.start();
  await clock.settle();
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, held: 1, received: 3 });
  expect(store.api.outbox.list('held', 0, 10).rows[0]).toMatchObject({
    packetId: ids[0],
    holdReason: 'conflict',
  });
});

test('one packet that fails again and again backs off, the backoff is kept, and the others flow', async () => {
  const { engine, clock, center, test: store, ids } = await fakeStation({ packets: 3 });
  const metadata = Buffer.from(ids[0] ?? '').toString('base64');
  center.fault = (request, next) =>
    request.headers['upload-metadata']?.includes(metadata) === true ? problem('packet-hash') : next();
  engine.start();
  await clock.settle();
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 1, received: 2 });
  const row = () => store.api.outbox.list('pending', 0, 10).rows[0];
  expect(row()).toMatchObject({ attempts: 1, lastProblem: 'packet-hash' });
  expect(Date.parse(row()?.nextAttemptAt ?? '')).toBeGreaterThan(clock.now());
  await clock.advance(30 * MINUTE);
  const { attempts = 0 } = row() ?? {};
  expect(attempts).toBeGreaterThan(4);
  expect(attempts).toBeLessThan(30);
});

test('the center’s wait is obeyed, by hand too (G7)', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 3 });
  center.pace = { maxConcurrent: 4, retryAfterMs: 90_000 };
  engine.start();
  await clock.settle();
  expect(engine.state().link).toMatchObject({ state: 'online', cause: 'paused' });
  await expect(engine.syncNow()).resolves.toMatchObject({
    ended: 'paused',
    cause: 'paused',
    received: 0,
    remaining: 3,
  });
  await clock.advance(89_000);
  expect(center.requests.filter(({ target }) => !target.startsWith(PATHS.pulse))).toEqual([]);
  // Its slot has come: it goes, though the pulse would still send newcomers away.
  await clock.advance(2_000);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
  expect(store.api.outages.latest(5)).toEqual([]);
});

test('a slot that was waited for stays good when the first try in it breaks', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 3 });
  center.pace = { maxConcurrent: 4, retryAfterMs: 90_000 };
  let breaks = 1;
  center.fault = (request, next) => (request.target === PATHS.outcomes && breaks-- > 0 ? cut() : next());
  engine.start();
  await clock.advance(92_000);
  expect(breaks).toBeLessThan(1);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
});

test('Retry-After of a refused upload pauses all, costs no attempt and makes no outage', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 3 });
  center.fault = (request, next) =>
    request.target === PATHS.packets ? problem('overloaded', { 'retry-after': '120' }) : next();
  engine.start();
  await clock.settle();
  const sent = center.count('POST', PATHS.packets);
  expect(sent).toBeLessThanOrEqual(2);
  await expect(engine.syncNow()).resolves.toMatchObject({ ended: 'paused' });
  await clock.advance(100_000);
  expect(center.count('POST', PATHS.packets)).toBe(sent);
  center.fault = null;
  await clock.advance(21_000);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
  expect(store.api.outbox.list('all', 0, 10).rows.map(({ attempts }) => attempts)).toEqual([0, 0, 0]);
  expect(store.api.outages.latest(5)).toEqual([]);
});

test('a center that does not accept is asked again by pulse alone', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  center.accepting = false;
  engine.start();
  await clock.advance(5 * MINUTE);
  expect(center.requests.every(({ target }) => target.startsWith(PATHS.pulse))).toBe(true);
  expect(engine.state().link.cause).toBe('paused');
  center.accepting = true;
  await clock.advance(MINUTE);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
});

test('an outage is logged once, from the first failed contact to the next verified pulse', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 2 });
  center.fault = () => cut('dns');
  engine.start();
  await clock.advance(10 * MINUTE);
  expect(engine.state().link).toMatchObject({ state: 'offline', cause: 'dns', since: TEST_NOW });
  const pulses = center.count('GET', PATHS.pulse);
  expect(pulses).toBe(center.requests.length);
  expect(pulses).toBeGreaterThan(10);
  expect(pulses).toBeLessThan(80);
  center.fault = null;
  await clock.advance(20_000);
  const outages = store.api.outages.latest(5);
  expect(outages).toHaveLength(1);
  expect(outages[0]).toMatchObject({ startedAt: TEST_NOW, cause: 'dns' });
  expect(outages[0]?.endedAt).toBeGreaterThan(TEST_NOW + 10 * MINUTE);
  // Spread out from the other stations, but not for long.
  await clock.advance(30_000);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
  expect(store.api.outbox.list('all', 0, 10).rows.map(({ attempts }) => attempts)).toEqual([0, 0]);
});

test('after an outage the station waits a random moment of its own, not when asked by hand', async () => {
  const { engine, clock, center } = await fakeStation({ random: () => 0.9 });
  center.fault = () => cut('refused');
  engine.start();
  await clock.advance(5 * MINUTE);
  center.fault = null;
  while (engine.state().link.state !== 'online') await clock.advance(500);
  expect(center.count('POST', PATHS.packets)).toBe(0);
  const summary = engine.syncNow();
  await clock.settle();
  await expect(summary).resolves.toMatchObject({ ended: 'done', received: 1, remaining: 0 });
});

test('by hand: backoff is passed over, each packet has one attempt, the summary counts', async () => {
  const { engine, clock, center, test: store, ids } = await fakeStation({ packets: 3 });
  center.fault = (request, next) =>
    request.target.startsWith(PATHS.packets) ? problem('packet-hash') : next();
  engine.start();
  await clock.settle();
  const before = center.count('POST', PATHS.packets) + center.count('HEAD', PATHS.packets);
  const metadata = Buffer.from(ids[1] ?? '').toString('base64');
  center.fault = (request, next) =>
    request.headers['upload-metadata']?.includes(metadata) === true ? problem('packet-hash') : next();
  const summary = engine.syncNow();
  await expect(engine.syncNow()).rejects.toMatchObject({ code: 'sync.running' });
  expect(engine.state().progress).toMatchObject({ manual: true });
  await clock.settle();
  await expect(summary).resolves.toMatchObject({
    ended: 'done',
    received: 2,
    failed: 1,
    held: 0,
    remaining: 1,
  });
  expect(center.count('POST', PATHS.packets)).toBeLessThanOrEqual(before + 3);
  expect(engine.state()).toMatchObject({ progress: null, lastManual: { received: 2 } });
  expect(store.api.outbox.summary(0).waiting).toBe(1);
});

test('by hand in the middle of a pulse that fails: the press has a pulse of its own', async () => {
  const { engine, clock, center } = await fakeStation();
  let fail = (): void => undefined;
  center.fault = () =>
    new Promise((_, reject) => {
      fail = () => reject(new TransportFailure('refused', 'gone'));
    });
  engine.start();
  await clock.settle();
  const summary = engine.syncNow();
  center.fault = null;
  fail();
  await clock.settle();
  await expect(summary).resolves.toMatchObject({ ended: 'done', received: 1, remaining: 0 });
});

test('by hand: the reference data are asked for too, after the summary and within the center’s pace', async () => {
  const { engine, clock, center } = await fakeStation();
  engine.start();
  await clock.advance(5_000);
  const asked = () => center.count('GET', PATHS.reference);
  expect(asked()).toBe(1);
  await expect(engine.syncNow()).resolves.toMatchObject({ ended: 'done' });
  await clock.settle();
  expect(asked()).toBe(2);
  center.fault = (request, next) =>
    request.target.startsWith(PATHS.outcomes) ? problem('overloaded', { 'retry-after': '60' }) : next();
  await expect(engine.syncNow()).resolves.toMatchObject({ ended: 'paused' });
  await clock.settle();
  expect(asked()).toBe(2);
  // Whoever cancels wants nothing more.
  center.fault = null;
  await clock.advance(61_000);
  const before = asked();
  const manual = engine.syncNow();
  engine.cancel();
  await expect(manual).resolves.toMatchObject({ ended: 'cancelled' });
  await clock.settle();
  expect(asked()).toBe(before);
});

test('a sync by hand can be cancelled: what was under way is given back and rests', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 3 });
  center.fault = hangingPackets;
  engine.start();
  await clock.settle();
  const summary = engine.syncNow();
  await clock.settle();
  engine.cancel();
  await clock.settle();
  await expect(summary).resolves.toMatchObject({ ended: 'cancelled', received: 0, remaining: 3 });
  center.fault = null;
  await clock.advance(30_000);
  expect(store.api.outbox.summary(0).waiting).toBe(3);
  await clock.advance(60_000);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, received: 3 });
});

test('offline, a sync by hand ends at once and says why', async () => {
  const { engine, clock, center } = await fakeStation();
  center.fault = () => cut('noNetwork');
  engine.start();
  await clock.settle();
  const summary = engine.syncNow();
  await clock.settle();
  await expect(summary).resolves.toMatchObject({ ended: 'offline', cause: 'noNetwork', remaining: 1 });
});

test('a revoked station is shown as not allowed and asks ever more seldom', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  center.fault = (request, next) =>
    request.target.startsWith(PATHS.pulse) ? next() : problem('station-revoked');
  engine.start();
  await clock.advance(60 * MINUTE);
  expect(engine.state().link).toMatchObject({ state: 'offline', cause: 'notAllowed' });
  expect(center.requests.filter(({ target }) => !target.startsWith(PATHS.pulse)).length).toBeLessThan(20);
  expect(store.api.outages.latest(5)).toMatchObject([{ cause: 'notAllowed', endedAt: null }]);
  center.fault = null;
  await clock.advance(20 * MINUTE);
  expect(engine.state().link.state).toBe('online');
  expect(store.api.outbox.summary(0).waiting).toBe(0);
  expect(store.api.outages.latest(5)[0]?.endedAt).not.toBeNull();
});

test('revoked while packets go by hand: nothing more is tried', async () => {
  const { engine, clock, center } = await fakeStation({ packets: 20 });
  let posts = 0;
  center.fault = (request, next) =>
    request.target.startsWith(PATHS.packets) && ++posts > 4 ? problem('station-revoked') : next();
  engine.start();
  const summary = engine.syncNow();
  await clock.settle();
  await expect(summary).resolves.toMatchObject({ ended: 'offline', cause: 'notAllowed', received: 4 });
  expect(posts).toBeLessThan(10);
  const again = engine.syncNow();
  center.fault = (request, next) =>
    request.target.startsWith(PATHS.pulse) ? next() : problem('station-revoked');
  const before = center.requests.length;
  await clock.settle();
  await expect(again).resolves.toMatchObject({ ended: 'offline', cause: 'notAllowed' });
  // Pulse, outcomes, journal and reference data, each refused once; of the packets none.
  expect(center.requests.length - before).toBeLessThan(6);
});

test('Retry-After: 0 is no leave to try without end', async () => {
  const { engine, clock, center } = await fakeStation({ packets: 2 });
  center.fault = (request, next) =>
    request.target === PATHS.packets ? problem('overloaded', { 'retry-after': '0' }) : next();
  engine.start();
  await clock.advance(MINUTE);
  expect(center.count('POST', PATHS.packets)).toBeGreaterThan(10);
  expect(center.count('POST', PATHS.packets)).toBeLessThan(130);
});

test('packets that the center chokes on do not stand before the others (G4)', async () => {
  const { engine, clock, center, test: store, ids } = await fakeStation({ packets: 12 });
  const poison = new Set(ids.slice(0, 6).map((id) => Buffer.from(id).toString('base64')));
  center.fault = (request, next) =>
    poison.has(request.headers['upload-metadata']?.split(' ').at(-1) ?? '') ? problem('internal') : next();
  engine.start();
  await clock.advance(MINUTE);
  expect(store.api.outbox.summary(0)).toMatchObject({ received: 6, waiting: 6 });
});

test('a clock that is years off is learnt from the pulse and corrects the signatures', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  center.aheadMs = 5 * 365 * 24 * 60 * MINUTE;
  const created = (input = '') => Number(/created=(\d+)/.exec(input)?.[1]) * 1000;
  center.fault = (request, next) => {
    if (request.target.startsWith(PATHS.pulse)) return next();
    const skew = created(request.headers['signature-input']) - (clock.now() + center.aheadMs);
    return Math.abs(skew) > 300_000 ? problem('clock-skew') : next();
  };
  engine.start();
  await clock.settle();
  expect(store.api.outbox.summary(0).waiting).toBe(0);
  expect(engine.state().clockOffsetMs).toBe(center.aheadMs);
  expect(store.api.station.setting('clockOffset')).toBe(String(center.aheadMs));
  // The clock is put right in the middle of the day: one refusal, a new pulse, and on.
  center.aheadMs = 0;
  await recordResident(store, store.niks[1] ?? '');
  engine.wake();
  await clock.advance(5_000);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, received: 2 });
  expect(engine.state().clockOffsetMs).toBe(0);
});

test('a center in trouble is not hammered', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 30 });
  center.fault = (request, next) => (request.target.startsWith(PATHS.packets) ? problem('internal') : next());
  engine.start();
  await clock.settle();
  expect(center.count('POST', PATHS.packets)).toBeLessThan(8);
  await clock.advance(60 * MINUTE);
  const attempts = () => center.count('POST', PATHS.packets) + center.count('HEAD', PATHS.packets);
  const before = attempts();
  expect(before).toBeLessThan(120);
  // By hand neither: it ends and says why.
  const summary = engine.syncNow();
  await clock.settle();
  await expect(summary).resolves.toMatchObject({
    ended: 'offline',
    cause: 'centerError',
    received: 0,
    remaining: 30,
  });
  expect(attempts() - before).toBeLessThan(8);
  center.fault = null;
  await clock.advance(20 * MINUTE);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
});

test('after a sleep what hung is cut, and link and clock are looked at before anything goes out', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  let isAsleep = true;
  // The connection died while the PC slept, and nobody says so.
  center.fault = (request, next) =>
    isAsleep && request.target.startsWith(PATHS.packets)
      ? new Promise((_, reject) => {
          request.signal.addEventListener('abort', () => reject(new TransportFailure('timeout', 'aborted')));
        })
      : next();
  engine.start();
  await clock.settle();
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 1, received: 0 });
  isAsleep = false;
  center.aheadMs = 8 * 60 * MINUTE;
  const before = center.requests.length;
  engine.slept();
  await clock.settle();
  const [first] = center.requests.slice(before);
  expect(first?.target.startsWith(PATHS.pulse)).toBe(true);
  expect(engine.state().clockOffsetMs).toBe(center.aheadMs);
  await clock.advance(MINUTE);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, received: 1 });
});

test('a sleep does not pass over the center’s wait', async () => {
  const { engine, clock, center } = await fakeStation();
  center.fault = (request, next) =>
    request.target.startsWith(PATHS.packets) ? problem('overloaded', { 'retry-after': '600' }) : next();
  engine.start();
  await clock.settle();
  const before = center.requests.length;
  engine.slept();
  await clock.advance(5 * MINUTE);
  expect(center.requests.slice(before).filter(({ target }) => target.startsWith(PATHS.packets))).toEqual([]);
});

test('a broken store neither ends the loop nor makes it spin', async () => {
  let calls = 0;
  let isBroken = true;
  const {
    engine,
    clock,
    test: store,
    events,
  } = await fakeStation({
    wrap: (whole) => ({
      station: whole.station,
      journal: whole.journal,
      reference: whole.reference,
      outages: whole.outages,
      takeovers: whole.takeovers,
      outbox: new Proxy(whole.outbox, {
        get: (target, name, receiver) => {
          if (name !== 'nextDueAt' || !isBroken) return Reflect.get(target, name, receiver) as unknown;
          calls += 1;
          return () => Promise.reject(new Error('disk'));
        },
      }),
    }),
  });
  engine.start();
  await clock.advance(10 * MINUTE);
  expect(calls).toBeGreaterThan(5);
  expect(calls).toBeLessThan(200);
  expect(events).toContain('sync.cycle');
  isBroken = false;
  await clock.advance(MINUTE);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
});

test('stop cuts what is under way and leaves nothing leased', async () => {
  const { engine, clock, center, test: store, restart } = await fakeStation({ packets: 2 });
  center.fault = hangingPackets;
  engine.start();
  await clock.settle();
  await engine.stop();
  expect(store.api.outbox.due(clock.now(), 10, false)).toHaveLength(2);
  center.fault = null;
  (await restart()).start();
  await clock.settle();
  expect(store.api.outbox.summary(0).waiting).toBe(0);
});

test('packets recorded while the reference is loading do not wait for it', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 1 });
  const line = JSON.stringify({ type: 'resident-gone', nik: '3209034101800001' });
  center.referenceLines = [
    ...Array.from({ length: 1200 }, () => line),
    'not json',
    '{"type":"cursor","cursor":"7","more":false}',
  ];
  engine.start();
  await clock.settle();
  expect(store.api.reference.cursor()).toBe('7');
  const order = center.requests.map(({ target }) => target);
  expect(order.indexOf(PATHS.packets)).toBeLessThan(order.indexOf(PATHS.reference));
});

test('a truncated reference stream goes on from the last cursor', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 0 });
  const page = (cursor: string, more: boolean) => `{"type":"cursor","cursor":"${cursor}","more":${more}}`;
  const gone = '{"type":"resident-gone","nik":"3209034101800001"}';
  center.referenceLines = [gone, page('5', true), gone];
  engine.start();
  await clock.settle();
  expect(store.api.reference.cursor()).toBe('5');
  center.referenceLines = [gone, page('9', false)];
  await clock.advance(11 * MINUTE);
  expect(store.api.reference.cursor()).toBe('9');
  expect(center.requests.some(({ target }) => target === `${PATHS.reference}?after=5`)).toBe(true);
});

test('reconcile once a day sends again what the center lost', async () => {
  const { engine, clock, center, test: store, ids } = await fakeStation({ packets: 2 });
  engine.start();
  await clock.settle();
  expect(store.api.outbox.summary(0).received).toBe(2);
  expect(center.count('POST', PATHS.reconcile)).toBe(1);
  const lost = ids[0] ?? '';
  center.uploads.delete(lost);
  center.missing = [lost];
  center.fault = (request, next) => {
    const answer = next();
    if (request.target === PATHS.reconcile) center.missing = [];
    return answer;
  };
  clock.jump(20.5 * 60 * MINUTE);
  engine.wake();
  await clock.advance(120 * MINUTE);
  expect(center.received).toContain(lost);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
  expect(center.count('POST', PATHS.reconcile)).toBe(2);
});

test('a journal that the center lost is noticed once a day, with nothing new to tell', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  engine.start();
  await clock.advance(2 * MINUTE);
  expect(store.api.journal.pending(5)).toEqual([]);
  const told = center.journal.splice(0);
  expect(told.length).toBeGreaterThan(0);
  await clock.advance(3 * HOUR);
  expect(center.journal).toEqual([]);
  await clock.advance(24 * HOUR);
  expect(center.journal.slice(0, told.length)).toEqual(told);
  expect(store.api.journal.pending(5)).toEqual([]);
});

test('a center that asks to wait after every packet is asked for the reference data too', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 40 });
  center.pace = { maxConcurrent: 1, retryAfterMs: 0 };
  let isOneThrough = false;
  center.fault = (request, next) => {
    if (request.target !== PATHS.packets) return next();
    isOneThrough = !isOneThrough;
    return isOneThrough ? next() : problem('overloaded', { 'retry-after': '20' });
  };
  engine.start();
  await clock.advance(10 * MINUTE);
  expect(store.api.outbox.summary(0).waiting).toBeGreaterThan(0);
  expect(center.received.length).toBeGreaterThan(10);
  expect(center.count('GET', PATHS.reference)).toBeGreaterThan(2);
  expect(center.count('POST', PATHS.reconcile)).toBe(1);
});

test('the journal goes out signed and is acknowledged', async () => {
  const { engine, clock, center, test: store } = await fakeStation({ packets: 1 });
  expect(store.api.journal.pending(10).length).toBeGreaterThan(0);
  engine.start();
  await clock.settle();
  expect(store.api.journal.pending(10)).toEqual([]);
  expect(center.journal.length).toBeGreaterThan(0);
});

test.each([
  ['three hours', 3 * 60 * MINUTE],
  ['five years', 5 * 365 * 24 * 60 * MINUTE],
])('a clock set back by %s does not leave packets lying until then', async (_name, ms) => {
  const { engine, clock, center, test: store } = await fakeStation();
  center.fault = (request, next) =>
    request.target.startsWith(PATHS.packets) ? problem('packet-hash') : next();
  engine.start();
  await clock.advance(10 * MINUTE);
  center.fault = null;
  clock.jump(-ms);
  engine.wake();
  // Its rest after so many refusals goes on, by a clock that nobody can set.
  await clock.advance(12 * MINUTE);
  expect(store.api.outbox.summary(0).waiting).toBe(0);
});

/** Packet requests hang until they are aborted, as a transport's would. */
const hangingPackets: Fault = (request, next) => {
  if (!request.target.startsWith(PATHS.packets)) return next();
  return new Promise((_resolve, reject) => {
    request.signal.addEventListener('abort', () => reject(new TransportFailure('timeout', 'aborted')));
  });
};

test('a clock put back by hours in an outage does not stop the station from noticing the center’s return', async () => {
  const { engine, clock, center, test: store } = await fakeStation();
  center.fault = () => cut();
  engine.start();
  await clock.advance(5 * MINUTE);
  expect(engine.state().link.state).toBe('offline');
  clock.jump(-180 * MINUTE);
  center.fault = null;
  await clock.advance(5 * MINUTE);
  expect(engine.state().link.state).toBe('online');
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, received: 1 });
});

test('a packet on a spoiled page is held, and the others go (G4)', async () => {
  let spoiled: string | undefined;
  const {
    engine,
    clock,
    test: store,
    ids,
  } = await fakeStation({
    packets: 3,
    wrap: (real) => ({
      ...real,
      station: real.station,
      journal: real.journal,
      reference: real.reference,
      outages: real.outages,
      takeovers: real.takeovers,
      outbox: new Proxy(real.outbox, {
        get: (outbox, name): unknown =>
          name !== 'sealed'
            ? Reflect.get(outbox, name)
            : (packetId: (typeof ids)[number]) =>
                packetId === spoiled
                  ? Promise.reject(new RekamError('store.damaged'))
                  : outbox.sealed(packetId),
      }),
    }),
  });
  spoiled = ids[0];
  engine.start();
  await clock.advance(MINUTE);
  expect(store.api.outbox.summary(0)).toMatchObject({ waiting: 0, held: 1, received: 2 });
  expect(store.api.outbox.list('held', 0, 10).rows).toMatchObject([
    { packetId: ids[0], holdReason: 'unreadable' },
  ]);
});
