import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minutesUntilOpen, NO_LIMITS, syncLimitsSchema } from '../../app/sync/limits.ts';
import { PATHS } from '../../app/sync/protocol.ts';
import { Ceiling } from '../../main/sync/ceiling.ts';
import { cut, problem } from '../helpers/fake-center.ts';
import { fakeStation } from '../helpers/fake-station.ts';
import { recordResident, TEST_NOW } from '../helpers/store.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const never = new AbortController().signal;
const isPacket = ({ target }: { target: string }) => target.startsWith(PATHS.packets);
/** 03.00, whatever time zone the machine has. */
const utcMinute = (at: number) => Math.floor(at / MINUTE) % (24 * 60);
const AT_NIGHT = { ceiling: null, hours: { from: 17 * 60, to: 3 * 60 } };

describe('hours', () => {
  test('open and close as written, over midnight too', () => {
    const office = { ceiling: null, hours: { from: 8 * 60, to: 16 * 60 } };
    expect([7 * 60, 8 * 60, 15 * 60 + 59, 16 * 60].map((at) => minutesUntilOpen(office, at))).toEqual([
      ...[60, 0, 0, 16 * 60],
    ]);
    expect([2 * 60 + 59, 3 * 60, 17 * 60].map((at) => minutesUntilOpen(AT_NIGHT, at))).toEqual([
      0,
      14 * 60,
      0,
    ]);
    expect(minutesUntilOpen(NO_LIMITS, 0)).toBe(0);
    expect(syncLimitsSchema.safeParse({ ceiling: null, hours: { from: 5, to: 5 } }).success).toBe(false);
  });

  test('whatever the hours, it is open when the wait is over and not before', () => {
    const minute = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(minute, minute, minute, (from, to, at) => {
        fc.pre(from !== to);
        const limits = { ceiling: null, hours: { from, to } };
        const wait = minutesUntilOpen(limits, at);
        expect(minutesUntilOpen(limits, (at + wait) % 1440)).toBe(0);
        // A minute earlier it was closed, or there was nothing to wait for.
        expect(wait === 0 || minutesUntilOpen(limits, (at + wait - 1) % 1440) === 1).toBe(true);
      }),
    );
  });

  test('hold back packets alone, say until when, and open by themselves', async () => {
    const { engine, clock, center } = await fakeStation({
      packets: 2,
      engine: { limits: { ceiling: null, hours: { from: 4 * 60, to: 5 * 60 } }, minuteOfDay: utcMinute },
    });
    engine.start();
    await clock.advance(HOUR / 2);
    expect(center.requests.filter(isPacket)).toEqual([]);
    for (const path of [PATHS.outcomes, PATHS.journal, PATHS.reference, PATHS.reconcile])
      expect(center.requests.some(({ target }) => target.startsWith(path))).toBe(true);
    expect(engine.state().link).toMatchObject({ state: 'online', cause: null });
    expect(engine.state().limits.opensAt).toBe(TEST_NOW + HOUR);
    await clock.advance(HOUR / 2 - 1);
    expect(center.received).toEqual([]);
    await clock.advance(2 * MINUTE);
    expect(center.received).toHaveLength(2);
    expect(engine.state().limits.opensAt).toBeNull();
  });

  test('go by the center’s time where the clock here is wrong', async () => {
    const { engine, clock, center } = await fakeStation({
      engine: { limits: AT_NIGHT, minuteOfDay: utcMinute },
    });
    center.aheadMs = 14 * HOUR;
    engine.start();
    await clock.settle();
    expect(center.received).toHaveLength(1);
  });

  test('are passed over by a sync by hand and by one packet that a person wants now', async () => {
    const {
      engine,
      clock,
      center,
      test: store,
    } = await fakeStation({
      packets: 3,
      engine: { limits: AT_NIGHT, minuteOfDay: utcMinute },
    });
    engine.start();
    await clock.settle();
    engine.tryNow(2);
    await clock.settle();
    expect(store.api.outbox.list('received', 0, 9).rows.map(({ sequence }) => sequence)).toEqual([2]);
    const summary = engine.syncNow();
    await clock.settle();
    await expect(summary).resolves.toMatchObject({ ended: 'done', received: 2, remaining: 0 });
    expect(center.received).toHaveLength(3);
  });

  test('that close in the middle of a run let what is under way end, and begin nothing more', async () => {
    const { engine, clock, center } = await fakeStation({
      packets: 5,
      engine: { limits: { ...AT_NIGHT, hours: { from: 17 * 60, to: 3 * 60 + 5 } }, minuteOfDay: utcMinute },
    });
    center.pace = { maxConcurrent: 1, retryAfterMs: 0 };
    center.fault = async (request, next) => {
      if (isPacket(request)) await clock.sleep(2 * MINUTE, request.signal);
      return next();
    };
    engine.start();
    await clock.advance(HOUR);
    expect(center.received).toHaveLength(3);
    engine.limit(NO_LIMITS);
    await clock.advance(HOUR);
    expect(center.received).toHaveLength(5);
  });
});

describe('ceiling', () => {
  test('lets so many bytes go a second, all uploads together, and gives everybody a turn', async () => {
    const clock = new VirtualClock(0);
    const ceiling = new Ceiling(clock, 8_000);
    const went: { who: number; at: number }[] = [];
    const upload = async (who: number) => {
      for (let sent = 0; sent < 16_000; sent += ceiling.piece) {
        await ceiling.take(ceiling.piece, never);
        went.push({ who, at: clock.elapsed() });
      }
    };
    const both = Promise.all([upload(1), upload(2)]);
    await clock.advance(10_000);
    await both;
    expect(ceiling.piece).toBe(2_000);
    for (const { at } of went) {
      const inSecond = went.filter((other) => other.at > at - 1_000 && other.at <= at).length;
      expect(inSecond * ceiling.piece).toBeLessThanOrEqual(8_000 + ceiling.piece);
    }
    expect(went.at(-1)?.at).toBe(3_750);
    expect(went.slice(0, 6).map(({ who }) => who)).toEqual([1, 2, 1, 2, 1, 2]);
  });

  test('without one nothing waits; an abort waits for nothing; a new one counts at once', async () => {
    const clock = new VirtualClock(0);
    const ceiling = new Ceiling(clock, null);
    await ceiling.take(10_000_000, never);
    ceiling.set(1_000);
    await ceiling.take(60_000, never);
    await ceiling.take(60_000, AbortSignal.abort());
    ceiling.set(1_000_000);
    await ceiling.take(1, never);
    // None of them slept: the clock stands still.
    expect(clock.elapsed()).toBe(0);
  });

  test('holds for a sync by hand too', async () => {
    const { engine, clock, center } = await fakeStation({
      engine: { limits: { ceiling: 8_000, hours: null } },
    });
    const paces: (number | undefined)[] = [];
    center.fault = (request, next) => {
      if (isPacket(request)) paces.push(request.pace?.piece);
      return next();
    };
    const summary = (engine.start(), engine.syncNow());
    await clock.settle();
    await summary;
    expect(paces).toEqual([2_000]);
    expect(engine.state().limits.set.ceiling).toBe(8_000);
  });
});

describe('one packet now', () => {
  test('skips its backoff and the station’s own rest, and leaves the others where they are', async () => {
    const { engine, clock, center, test: store, ids } = await fakeStation({ packets: 3, random: () => 0.99 });
    center.fault = (request, next) => (isPacket(request) ? problem('internal') : next());
    engine.start();
    await clock.advance(20 * MINUTE);
    center.fault = null;
    const before = center.requests.filter(isPacket).length;
    engine.tryNow(store.api.outbox.retry(ids[1] as never, store.supervisor.accountId, clock.now()));
    await clock.settle();
    expect(center.received).toEqual([ids[1]]);
    expect(center.requests.filter(isPacket).length - before).toBeLessThanOrEqual(2);
    expect(engine.state().progress).toBeNull();
  });

  test('not before the center’s time', async () => {
    const { engine, clock, center } = await fakeStation({ packets: 1 });
    center.pace = { maxConcurrent: 4, retryAfterMs: 5 * MINUTE };
    engine.start();
    await clock.settle();
    engine.tryNow(1);
    await clock.advance(4 * MINUTE);
    expect(center.requests.filter(isPacket)).toEqual([]);
    await clock.advance(2 * MINUTE);
    expect(center.received).toHaveLength(1);
  });

  test('one that a person holds is cut in the middle, and counts no attempt; the others go on', async () => {
    const { engine, clock, center, test: store, ids } = await fakeStation({ packets: 2 });
    const [first] = ids;
    if (first === undefined) throw new Error('no packet');
    const mine = Buffer.from(first).toString('base64');
    center.fault = async (request, next) => {
      if (request.headers['upload-metadata']?.includes(mine) !== true) return next();
      await clock.sleep(HOUR, request.signal);
      if (request.signal.aborted) cut();
      return next();
    };
    engine.start();
    await clock.settle();
    store.api.outbox.holdByHand(first, 'Tunggu', store.supervisor.accountId, clock.now());
    engine.leave(first);
    await clock.advance(MINUTE);
    expect(store.api.outbox.packet(first).row).toMatchObject({ state: 'held', attempts: 0 });
    expect(center.received).toEqual([ids[1]]);
    const third = await recordResident(store, store.niks[2] ?? '');
    engine.wake();
    await clock.advance(MINUTE);
    expect(center.received).toContain(third.packetId);
  });
});
