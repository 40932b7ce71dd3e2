// In training the desk's own scanner serves where it is ready; the practice one only stands in.
import { describe, expect, test } from 'vitest';
import type { Capture, ScannerRow } from '../../app/ipc/contract.ts';
import { practiceScanners } from '../../main/devices/practice.ts';
import type { CaptureOrder, Scanners } from '../../main/devices/registry.ts';
import { trainingScanners } from '../../main/devices/training.ts';

const order = (step: CaptureOrder['step']): CaptureOrder => ({
  packetId: 'training',
  step,
  excepted: [],
  attempt: 1,
  threshold: 60,
});

/** A desk with these scanners; what it is asked for stands in `asked`. */
function desk(...rows: Pick<ScannerRow, 'kind' | 'status'>[]): { scanners: Scanners; asked: string[] } {
  const asked: string[] = [];
  const list = rows.map((row) => ({
    ...row,
    id: `own-${row.kind}`,
    make: 'Own',
    model: 'Own',
    serialNo: '1',
    specVersion: '0.9.5',
    practice: false,
  }));
  const scanners: Scanners = {
    list: () => Promise.resolve(list),
    capture: ({ step }) => {
      asked.push(`capture ${step}`);
      return Promise.resolve<Capture[]>([]);
    },
    watch: (step) => {
      asked.push(`watch ${step}`);
      return Promise.resolve();
    },
    unwatch: () => void asked.push('unwatch'),
  };
  return { scanners, asked };
}

describe('scanners in training', () => {
  test('are the practice ones where there are none', async () => {
    const { scanners, asked } = desk();
    const training = trainingScanners(scanners, practiceScanners());
    expect((await training.list(true)).map(({ kind, practice }) => [kind, practice])).toEqual([
      ['finger', true],
      ['iris', true],
    ]);
    expect(await training.capture(order('right4'))).toHaveLength(4);
    expect(await training.capture(order('irises'))).toHaveLength(2);
    expect(asked).toEqual([]);
  });

  test('are the desk’s own, kind by kind, where one is ready', async () => {
    const { scanners, asked } = desk({ kind: 'finger', status: 'ready' });
    const training = trainingScanners(scanners, practiceScanners());
    expect((await training.list(false)).map(({ kind, practice }) => [kind, practice])).toEqual([
      ['finger', false],
      ['iris', true],
    ]);
    await training.watch('thumbs', () => undefined);
    await training.capture(order('thumbs'));
    expect(await training.capture(order('irises'))).toHaveLength(2);
    training.unwatch();
    expect(asked).toEqual(['watch thumbs', 'capture thumbs', 'unwatch']);
  });

  test.each(['busy', 'notReady', 'unregistered'] as const)(
    'do not wait for one that is %s',
    async (status) => {
      const { scanners, asked } = desk({ kind: 'finger', status });
      const training = trainingScanners(scanners, practiceScanners());
      expect((await training.list(false)).map(({ practice }) => practice)).toEqual([true, true]);
      expect(await training.capture(order('left4'))).toHaveLength(4);
      expect(asked).toEqual([]);
    },
  );
});
