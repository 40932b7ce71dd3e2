import { expect, test } from 'vitest';
import { RekamError } from '../../app/errors.ts';
import { Watch } from '../../main/devices/watch.ts';

test('a live view hands on no more pictures than an eye needs, and keeps the last one', async () => {
  const shown: Uint8Array[] = [];
  const watch = new Watch('right4', (jpeg) => shown.push(jpeg), {
    open: (signal, onFrame) => {
      for (let index = 1; index <= 200; index += 1) onFrame(Uint8Array.of(index));
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    },
    broken: () => new RekamError('device.failed'),
  });
  await watch.start();
  await watch.stop();
  expect(shown[0]).toEqual(Uint8Array.of(1));
  expect(shown.length).toBeLessThan(100);
  expect(watch.lastFrame).toEqual(Uint8Array.of(200));
});
