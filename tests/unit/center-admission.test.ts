import { describe, expect, test } from 'vitest';
import { createAdmission } from '../../center/admission.ts';
import { seededRandom } from '../../center/demo/residents.ts';

const CAPACITY = { maxUploads: 10, packetsPerSecond: 100, perStation: 4 };

describe('admission', () => {
  test('is free while there is room', () => {
    const admission = createAdmission(
      CAPACITY,
      () => 0,
      () => 0.5,
    );
    expect(admission.pace()).toEqual({ maxConcurrent: 4, retryAfterMs: 0 });
  });

  test('takes no more at once than it can, and again when one leaves', () => {
    let now = 0;
    const admission = createAdmission(
      CAPACITY,
      () => now,
      () => 0.5,
    );
    const entries = Array.from({ length: 10 }, (_, index) => admission.enter(`station ${index}`));
    expect(entries.every(({ ok }) => ok)).toBe(true);
    expect(admission.enter('late')).toMatchObject({ ok: false });
    now += 1000;
    expect(admission.enter('later')).toMatchObject({ ok: false });
    const [first] = entries;
    if (first?.ok === true) {
      first.leave();
      // Leaving twice makes no second place.
      first.leave();
    }
    expect(admission.enter('last')).toMatchObject({ ok: true });
    expect(admission.enter('none')).toMatchObject({ ok: false });
  });

  /** Ten came, and a backlog begins. */
  function crowded(now: () => number, random: () => number) {
    const admission = createAdmission(CAPACITY, now, random);
    for (let count = 0; count < 10; count += 1) {
      const entry = admission.enter(`early ${count}`);
      if (entry.ok) entry.leave();
    }
    return admission;
  }

  test('spreads a crowd over a window sized by the crowd', () => {
    const admission = crowded(() => 0, seededRandom(7));
    const waits = Array.from({ length: 100 }, (_, index) => {
      const entry = admission.enter(`late ${index}`);
      return entry.ok ? 0 : entry.retryAfterMs;
    });
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1000);
    // A hundred stations bring ten packets each: at 100 a second they fill ten seconds.
    expect(Math.max(...waits)).toBeGreaterThan(8_500);
    expect(Math.max(...waits)).toBeLessThanOrEqual(12_000);
    for (let second = 1; second <= 9; second += 1) {
      const here = waits.filter((wait) => Math.floor(wait / 1000) === second).length;
      expect(here).toBeGreaterThan(3);
      expect(here).toBeLessThan(20);
    }
    // Whoever asks by pulse is sent behind them.
    expect(admission.pace().retryAfterMs).toBeGreaterThan(8_500);
  });

  test('who asks again before its time is told the same time, and stands in the queue once', () => {
    let now = 0;
    const admission = crowded(
      () => now,
      () => 0.5,
    );
    expect(admission.enter('one')).toEqual({ ok: false, retryAfterMs: 1095 });
    now = 9;
    expect(admission.enter('one')).toEqual({ ok: false, retryAfterMs: 1086 });
  });

  test('who comes at its time is let in for a turn, though others came first', () => {
    let now = 0;
    const admission = crowded(
      () => now,
      () => 0.5,
    );
    const refused = admission.enter('one');
    for (let count = 0; count < 40; count += 1) admission.enter(`crowd ${count}`);
    if (refused.ok) throw new Error('there was room');
    now = refused.retryAfterMs;
    while (admission.pace().retryAfterMs === 0) admission.enter(`other ${now}`);
    for (let packet = 0; packet < 10; packet += 1) {
      const entry = admission.enter('one');
      expect(entry.ok).toBe(true);
      if (entry.ok) entry.leave();
    }
    expect(admission.enter('one')).toMatchObject({ ok: false });
  });

  test('what a turn does not use is the others’', () => {
    let now = 0;
    const admission = crowded(
      () => now,
      () => 0,
    );
    const refused = admission.enter('one');
    if (refused.ok) throw new Error('there was room');
    now = 600;
    const entry = admission.enter('one');
    if (entry.ok) entry.leave();
    now = 40_000;
    admission.pace();
    // Nothing is owed: a whole burst is there.
    const entries = Array.from({ length: 10 }, (_, index) => admission.enter(`station ${index}`));
    expect(entries.every(({ ok }) => ok)).toBe(true);
  });

  test('forgets the crowd as it drains', () => {
    let now = 0;
    const admission = crowded(
      () => now,
      () => 1,
    );
    for (let count = 0; count < 50; count += 1) admission.enter(`late ${count}`);
    now = 5000;
    expect(admission.pace().retryAfterMs).toBe(0);
  });
});
