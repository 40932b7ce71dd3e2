import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import { secondsLeft } from '../../app/sync/pacing.ts';
import { Tally, type PacketNote } from '../../main/sync/manual.ts';
import { Progress } from '../../main/sync/progress.ts';
import { newPacketId } from '../helpers/store.ts';
import { VirtualClock } from '../helpers/virtual-clock.ts';

const SIZE = 400_000;
const LINE = 32_000;

/**
 * Packets over a line that all share, `parallel` at once. The network takes a packet into its buffers whole as soon as
 * it is begun, as a real kernel may.
 */
async function drive(
  packets: number,
  parallel: number,
  look: (progress: Progress, carried: number, clock: VirtualClock) => void,
  { line = LINE, until = Number.POSITIVE_INFINITY } = {},
): Promise<Progress> {
  const clock = new VirtualClock(0);
  const progress = new Progress(clock, () => undefined);
  const ids = Array.from({ length: packets }, () => newPacketId());
  const active: { id: PacketId; left: number }[] = [];
  progress.begin(true);
  progress.phase('packets');
  progress.waiting(packets, packets * SIZE);
  let carried = 0;
  let next = 0;
  while ((active.length > 0 || next < packets) && clock.elapsed() < until) {
    while (active.length < parallel && next < packets) {
      const id = ids[next++] as PacketId;
      active.push({ id, left: SIZE });
      progress.sent(id, SIZE, true);
    }
    await clock.advance(500);
    const share = line / 2 / active.length;
    for (const upload of [...active]) {
      const bytes = Math.min(share, upload.left);
      upload.left -= bytes;
      carried += bytes;
      if (upload.left > 0) continue;
      active.splice(active.indexOf(upload), 1);
      progress.settled(upload.id, SIZE, true);
    }
    look(progress, carried, clock);
  }
  return progress;
}

describe('progress', () => {
  test.each([1, 2, 4])('with %i at once it is never far from what the link has carried', async (parallel) => {
    let looks = 0;
    await drive(12, parallel, (progress, carried) => {
      const { bytes, bytesPerSecond, secondsLeft: left } = progress.view() ?? {};
      expect(bytes?.done).toBeLessThanOrEqual(carried + SIZE / 4);
      if (bytesPerSecond === null || bytesPerSecond === undefined) return;
      looks += 1;
      // oxlint-disable-next-line vitest/no-conditional-expect -- before the first receipt there is nothing to hold against the link
      expect(Math.abs(bytesPerSecond / LINE - 1)).toBeLessThan(0.25);
      // oxlint-disable-next-line vitest/no-conditional-expect
      expect(left).not.toBeNull();
    });
    expect(looks).toBeGreaterThan(50);
  });

  test('before anything arrived it claims no byte and no time, whatever the buffers took', async () => {
    const progress = await drive(4, 2, () => undefined, { until: 20_000 });
    expect(progress.view()).toMatchObject({
      items: { done: 0, total: 4 },
      bytes: { done: 0, total: 4 * SIZE },
      bytesPerSecond: null,
      secondsLeft: null,
    });
  });

  test('what the center held before counts at once, and is no speed of the link', () => {
    const progress = new Progress(new VirtualClock(0), () => undefined);
    const id = newPacketId();
    progress.begin(true);
    progress.phase('packets');
    progress.waiting(1, SIZE);
    progress.sent(id, 300_000, false);
    expect(progress.view()).toMatchObject({ bytes: { done: 300_000 }, bytesPerSecond: null });
  });

  test('a link that stands still loses its rate, and the time left grows', async () => {
    const clock = new VirtualClock(0);
    const progress = new Progress(clock, () => undefined);
    const [first, second] = [newPacketId(), newPacketId()];
    progress.begin(true);
    progress.phase('packets');
    progress.waiting(2, 2 * SIZE);
    progress.sent(first, SIZE, true);
    await clock.advance(10_000);
    progress.settled(first, SIZE, true);
    progress.sent(second, SIZE, true);
    const rate = () => progress.view()?.bytesPerSecond ?? 0;
    expect(rate()).toBeCloseTo(40_000);
    await clock.advance(10_000);
    expect(rate()).toBeCloseTo(40_000);
    await clock.advance(90_000);
    expect(rate()).toBeCloseTo(4_000);
    expect(progress.view()?.bytes.done).toBeLessThanOrEqual(2 * SIZE);
  });

  test('tells no time beyond two days, nor from nothing', () => {
    expect(secondsLeft(null, 5)).toBeNull();
    expect(secondsLeft(0, 5)).toBeNull();
    expect(secondsLeft(1, 48 * 3_600 + 1)).toBeNull();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.nat(1_000_000_000), (rate, bytes) => {
        const left = secondsLeft(rate, bytes);
        expect(left === null || (left * rate >= bytes && (left - 1) * rate < bytes)).toBe(true);
      }),
    );
  });
});

test('a summary counts each packet by the last word about it, and names what did not go and why', () => {
  const tally = new Tally();
  const item = (sequence: number) => ({ packetId: newPacketId(), sequence, size: 100 * sequence });
  const note = (of: PacketNote['item'], result: PacketNote['result'], problem: string | null = null) =>
    tally.note({ item: of, result, reason: result === 'held' ? 'tooLarge' : null, problem });
  const [one, two, three, four] = [item(1), item(2), item(3), item(4)];
  note(three, 'failed', 'timeout');
  note(one, 'failed', 'timeout');
  note(two, 'received');
  note(four, 'held', 'packet-too-large');
  note(three, 'received');
  expect(tally.counts()).toEqual({ received: 2, held: 1, failed: 1 });
  expect(tally.receivedBytes).toBe(500);
  expect(tally.stuck()).toEqual([
    { packetId: four.packetId, sequence: 4, holdReason: 'tooLarge', problem: 'packet-too-large' },
    { packetId: one.packetId, sequence: 1, holdReason: null, problem: 'timeout' },
  ]);
});
