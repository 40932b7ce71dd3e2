import { expect, test } from 'vitest';
import { BatteryLog } from '../../main/ipc/battery-log.ts';

test('only a change of the power is kept, and what could not be is tried again', async () => {
  const kept: boolean[] = [];
  const faults: unknown[] = [];
  let isFull = false;
  const log = new BatteryLog({
    keep: (isOn) => {
      if (isFull) return Promise.reject(new Error('disk.full'));
      kept.push(isOn);
      return Promise.resolve();
    },
    failed: (error) => faults.push(error),
  });
  for (const source of ['mains', 'mains', 'battery', 'battery'] as const) await log.tell(source);
  expect(kept).toEqual([false, true]);
  isFull = true;
  await log.tell('mains');
  isFull = false;
  await log.tell('mains');
  await log.tell('mains');
  expect(kept).toEqual([false, true, false]);
  expect(faults).toHaveLength(1);
});

test('what the PC ran on while it slept is nobody’s word: the spell ends, and another begins', async () => {
  const kept: boolean[] = [];
  const log = new BatteryLog({
    keep: (isOn) => {
      kept.push(isOn);
      return Promise.resolve();
    },
    failed: () => undefined,
  });
  await log.tell('battery');
  await log.paused();
  await log.tell('battery');
  expect(kept).toEqual([true, false, true]);
});
