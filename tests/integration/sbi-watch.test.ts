import { afterEach, describe, expect, it } from 'vitest';
import type { Scanners } from '../../main/devices/registry.ts';
import { codeOf, order, testScanners } from '../helpers/scanner.ts';

/** The live view, on a real port: it starts, gives way to a capture, breaks off and comes back. */
let watching: Scanners | null = null;
afterEach(() => {
  watching?.unwatch();
  watching = null;
});

/** Pictures as they come. */
class Pictures {
  readonly seen: Uint8Array[] = [];
  #wake: () => void = () => undefined;

  readonly take = (jpeg: Uint8Array): void => {
    this.seen.push(jpeg);
    this.#wake();
  };

  /** Until so many have come in all. */
  async count(wanted: number): Promise<void> {
    while (this.seen.length < wanted) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}

describe.each(['0.9.5', '1.0'] as const)('SBI %s', (version) => {
  it('shows moving JPEG pictures until it is told to stop', async () => {
    const desk = await testScanners({ version });
    watching = desk.scanners;
    const pictures = new Pictures();
    await desk.scanners.watch('right4', pictures.take);
    await pictures.count(4);
    expect(pictures.seen.map((jpeg) => [jpeg[0], jpeg[1], jpeg.at(-2), jpeg.at(-1)])).toEqual(
      pictures.seen.map(() => [0xff, 0xd8, 0xff, 0xd9]),
    );
    expect(new Set(pictures.seen.map((jpeg) => Buffer.from(jpeg).toString('base64'))).size).toBeGreaterThan(
      1,
    );
    desk.scanners.unwatch();
    const stopped = pictures.seen.length;
    // The device notices: it is ready for others again.
    await expect
      .poll(() => desk.again().list(true))
      .toMatchObject([{ status: 'ready' }, { status: 'ready' }]);
    expect(pictures.seen).toHaveLength(stopped);
  });

  it('gives way to a capture', async () => {
    const desk = await testScanners({ version });
    const pictures = new Pictures();
    await desk.scanners.watch('right4', pictures.take);
    await pictures.count(2);
    expect(await desk.scanners.capture(order())).toHaveLength(4);
    await desk.scanners.watch('left4', pictures.take);
    watching = desk.scanners;
  });

  it('breaks off when the scanner is unplugged, says so at the capture, and comes back with the scanner', async () => {
    const desk = await testScanners({ version });
    watching = desk.scanners;
    const pictures = new Pictures();
    desk.service.fault('unpluggedInStream');
    await desk.scanners.watch('right4', pictures.take);
    await expect.poll(() => desk.logged).toContain('sbi.failed device.unplugged');
    expect(await codeOf(desk.again().capture(order()))).toMatchObject({ code: 'device.missing' });
    const before = pictures.seen.length;
    desk.service.fault();
    await pictures.count(before + 1);

    desk.service.fault('unpluggedInStream');
    await expect
      .poll(() => desk.logged.filter((line) => line.includes('device.unplugged')).length)
      .toBeGreaterThan(1);
    expect(await codeOf(desk.scanners.capture(order()))).toEqual({ code: 'device.unplugged' });
    desk.service.fault();
    expect(await desk.scanners.capture(order())).toHaveLength(4);
  });

  it.each([
    ['busy', 'device.busy'],
    ['notReady', 'device.notReady'],
    ['unregistered', 'device.unregistered'],
    ['timeout', 'device.timeout'],
  ] as const)('does not start while the scanner is %s', async (fault, code) => {
    const desk = await testScanners({ version });
    await desk.scanners.list(true);
    for (const under200 of [[], ['errorsUnder200']] as const) {
      desk.service.fault(fault, ...under200);
      expect(await codeOf(desk.scanners.watch('thumbs', () => undefined))).toEqual({ code });
    }
  });
});

it('gives up a scanner that shows nothing', async () => {
  const desk = await testScanners();
  const scanners = desk.again({ timeouts: { frame: 100 } });
  await scanners.list(true);
  desk.service.fault('silent');
  expect(await codeOf(scanners.watch('irises', () => undefined))).toEqual({ code: 'device.timeout' });
});

it('takes one view at a time', async () => {
  const desk = await testScanners();
  watching = desk.scanners;
  const [first, second] = [new Pictures(), new Pictures()];
  await desk.scanners.watch('right4', first.take);
  await desk.scanners.watch('thumbs', second.take);
  const shown = first.seen.length;
  await second.count(3);
  expect(first.seen).toHaveLength(shown);
});

it('waits a moment for the device to see the view end, not for one that is slow and busy', async () => {
  const calls: string[] = [];
  const desk = await testScanners({ slowMs: 800, onCall: ({ verb }) => calls.push(verb) });
  await desk.scanners.watch('right4', () => undefined);
  desk.service.fault('busy', 'slow');
  calls.length = 0;
  expect(await codeOf(desk.scanners.capture(order()))).toEqual({ code: 'device.busy' });
  expect(calls.filter((verb) => verb === 'SBIDISC').length).toBeLessThan(4);
});

it('does not believe a search that began before the scanner was unplugged', async () => {
  let armed = false;
  const desk = await testScanners({
    slowMs: 500,
    onCall: ({ verb }) => {
      if (!armed || verb !== 'SBIDISC') return;
      armed = false;
      // The list says that it is there; while it is asked what it is, its pictures break off.
      desk.service.fault('unpluggedInStream', 'slow');
    },
  });
  watching = desk.scanners;
  const pictures = new Pictures();
  await desk.scanners.watch('right4', pictures.take);
  await pictures.count(3);
  armed = true;
  expect(await desk.scanners.list(true)).toEqual([]);
  expect(desk.logged).toContain('sbi.failed device.unplugged');
});
