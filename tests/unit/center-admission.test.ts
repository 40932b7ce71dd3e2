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
    const entries = Array.from({ length: 10 }, () => admission.enter());
    expect(entries.every(({ ok }) => ok)).toBe(true);
    expect(admission.enter()).toMatchObject({ ok: false });
    now += 1000;
    expect(admission.enter()).toMatchObject({ ok: false });
    const [first] = entries;
    if (first?.ok === true) {
      first.leave();
      // Leaving twice makes no second place.
      first.leave();
    }
    expect(admission.enter()).toMatchObject({ ok: true });
    expect(admission.enter()).toMatchObject({ ok: false });
  });

  test('spreads a crowd over a window sized by the crowd', () => {
    const random = seededRandom(7);
    const admission = createAdmission(CAPACITY, () => 0, random);
    for (let count = 0; count < 10; count += 1) admission.enter();
    const waits = Array.from({ length: 1000 }, () => admission.pace().retryAfterMs);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1000);
    // 1,000 waiting at 100 a second fill ten seconds.
    expect(Math.max(...waits)).toBeLessThanOrEqual(11_000);
    expect(Math.max(...waits)).toBeGreaterThan(8000);
    const late = waits.slice(500);
    expect(late.reduce((sum, wait) => sum + wait, 0) / late.length).toBeGreaterThan(3500);
  });

  test('forgets the crowd as it drains', () => {
    let now = 0;
    const admission = createAdmission(
      CAPACITY,
      () => now,
      () => 1,
    );
    for (let count = 0; count < 10; count += 1) {
      const entry = admission.enter();
      if (entry.ok) entry.leave();
    }
    for (let count = 0; count < 500; count += 1) admission.pace();
    now = 5000;
    expect(admission.pace().retryAfterMs).toBe(0);
  });
});
