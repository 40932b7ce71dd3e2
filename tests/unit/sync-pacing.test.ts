import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  broken,
  delivered,
  openRate,
  openWindow,
  resumed,
  secondsLeft,
  sentMore,
  withCeiling,
  type Window,
} from '../../app/sync/pacing.ts';
import {
  fullJitter,
  PACE_CAP_MS,
  PACKET_BACKOFF,
  parseRetryAfter,
  untilDeadline,
} from '../../app/sync/retry.ts';

/** Rounds of packets over a link that carries `rate(size)` bytes a second. */
function drive(window: Window, rounds: number, rate: (size: number) => number): Window {
  let now = window.roundAt;
  let current = window;
  for (let round = 0; round < rounds; round += 1) {
    const { size } = current;
    now += (size * 400_000 * 1000) / rate(size);
    for (let packet = 0; packet < size; packet += 1) current = delivered(current, 400_000, now);
  }
  return current;
}

describe('window', () => {
  test('starts at two, never above the ceiling', () => {
    expect(openWindow(8, 0).size).toBe(2);
    expect(openWindow(1, 0).size).toBe(1);
  });

  test('grows while the goodput grows, up to the ceiling', () => {
    expect(drive(openWindow(8, 0), 20, (size) => size * 100_000).size).toBe(8);
  });

  test('on a full link it settles at four', () => {
    expect(drive(openWindow(16, 0), 20, () => 32_000).size).toBe(4);
  });

  test('halves when an upload breaks, down to two, which hide each other’s round trips', () => {
    const wide = drive(openWindow(8, 0), 20, (size) => size * 100_000);
    expect(broken(wide, 0).size).toBe(4);
    expect(broken(broken(broken(broken(wide, 0), 0), 0), 0).size).toBe(2);
    expect(broken(openWindow(1, 0), 0).size).toBe(1);
  });

  test('any history keeps it between one and the ceiling', () => {
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('delivered' as const),
        bytes: fc.nat(2_000_000),
        ms: fc.integer({ min: -5000, max: 60_000 }),
      }),
      fc.record({
        kind: fc.constantFrom('broken' as const, 'resumed' as const),
        bytes: fc.nat(1),
        ms: fc.nat(10),
      }),
      fc.record({
        kind: fc.constant('ceiling' as const),
        bytes: fc.integer({ min: 1, max: 64 }),
        ms: fc.nat(10),
      }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        let window = openWindow(8, 0);
        let now = 0;
        for (const { kind, bytes, ms } of steps) {
          now += ms;
          if (kind === 'delivered') window = delivered(window, bytes, now);
          else if (kind === 'broken') window = broken(window, now);
          else if (kind === 'resumed') window = resumed(window, now);
          else window = withCeiling(window, bytes);
          expect(window.size).toBeGreaterThanOrEqual(1);
          expect(window.size).toBeLessThanOrEqual(window.ceiling);
        }
      }),
    );
  });
});

describe('rate', () => {
  test('says nothing before it knows', () => {
    const rate = sentMore(sentMore(openRate(0), 10_000, 500), 10_000, 1_500);
    expect(rate.bytesPerSecond).toBeNull();
    expect(secondsLeft(rate.bytesPerSecond, 100)).toBeNull();
  });

  test('comes near a steady rate and follows a change', () => {
    let rate = openRate(0);
    for (let second = 1; second <= 30; second += 1) rate = sentMore(rate, 16_000, second * 1000);
    expect(rate.bytesPerSecond).toBeCloseTo(16_000, -2);
    expect(secondsLeft(rate.bytesPerSecond, 160_000)).toBeCloseTo(10, -0.5);
    for (let second = 31; second <= 90; second += 1) rate = sentMore(rate, 4_000, second * 1000);
    expect(rate.bytesPerSecond).toBeCloseTo(4_000, -3);
  });
});

describe('retry', () => {
  test('full jitter lies between nothing and the doubled, capped base', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, random) => {
          const wait = fullJitter(attempts, random, PACKET_BACKOFF);
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThan(
            Math.min(PACKET_BACKOFF.capMs, PACKET_BACKOFF.baseMs * 2 ** (attempts - 1)) + 1,
          );
        },
      ),
    );
  });

  test('Retry-After in both forms, and capped', () => {
    const now = Date.parse('2026-10-21T07:28:00Z');
    expect(parseRetryAfter('12', now)).toBe(12_000);
    expect(parseRetryAfter('Wed, 21 Oct 2026 07:28:30 GMT', now)).toBe(30_000);
    expect(parseRetryAfter('Wed, 21 Oct 2020 07:28:30 GMT', now)).toBe(0);
    expect(parseRetryAfter('99999999999', now)).toBe(PACE_CAP_MS);
    expect(parseRetryAfter('soon', now)).toBeNull();
    expect(parseRetryAfter(undefined, now)).toBeNull();
  });

  test('a deadline beyond reach was set by another clock', () => {
    expect(untilDeadline(1_500, 1_000, 1_000)).toBe(500);
    expect(untilDeadline(500, 1_000, 1_000)).toBe(0);
    expect(untilDeadline(1_000_000, 1_000, 1_000)).toBe(0);
  });
});
