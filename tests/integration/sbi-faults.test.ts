import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../app/errors.ts';
import type { Fault } from '../../scripts/sbi/simulator.ts';
import { codeOf, order, testScanners, type TestScanners } from '../helpers/scanner.ts';

/** Every way in which a scanner fails or lies, on a real port: what the desk is told, and that it goes on when mended. */
const FAILING: readonly [Fault, ErrorCode, string?][] = [
  ['busy', 'device.busy'],
  ['notReady', 'device.notReady'],
  ['unregistered', 'device.unregistered'],
  ['unpluggedInCapture', 'device.unplugged'],
  ['timeout', 'device.timeout'],
  ['silent', 'device.timeout'],
  ['badJws', 'device.untrusted', 'signature'],
  ['foreignAnchor', 'device.foreign'],
  ['wrongCount', 'device.mismatch', 'count'],
  ['wrongTransaction', 'device.mismatch', 'transaction'],
  ['wrongSubtype', 'device.mismatch', 'subtype'],
  ['brokenHashChain', 'device.mismatch', 'hash'],
  ['garbage', 'device.answer'],
];
const BORNE: readonly Fault[] = ['numbersAsStrings', 'trailingBytes', 'errorsUnder200'];
/** For what never answers alone: a busy machine may be slow to answer. */
const SHORT = { timeouts: { search: 1500, capture: 200, grace: 100 } };
const patience = (fault: Fault): object => (fault === 'silent' ? SHORT : {});

describe.each(['0.9.5', '1.0'] as const)('SBI %s', (version) => {
  let desk: TestScanners;
  beforeAll(async () => {
    desk = await testScanners({ version });
  });
  afterEach(() => desk.service.fault());

  it.each(FAILING)('%s becomes %s, and the next capture goes on when mended', async (fault, code, detail) => {
    const scanners = desk.again(patience(fault));
    await scanners.list(true);
    desk.service.fault(fault);
    const failed = await codeOf(scanners.capture(order()));
    expect(failed).toEqual({ code, ...(detail !== undefined && { detail }) });
    desk.service.fault();
    expect(await scanners.capture(order())).toHaveLength(4);
  });

  it.each(FAILING)('%s is also found by a station that was just started', async (fault, code) => {
    const fresh = desk.again(patience(fault));
    desk.service.fault(fault);
    const expected = ['silent', 'garbage'].includes(fault) ? 'device.missing' : code;
    expect(await codeOf(fresh.capture(order()))).toMatchObject({ code: expected });
    desk.service.fault();
    expect(await fresh.capture(order())).toHaveLength(4);
  });

  it.each(BORNE)('bears %s', async (fault) => {
    desk.service.fault(fault);
    const captures = await desk.scanners.capture(order());
    expect(captures.map(({ part }) => typeof part.quality)).toEqual(Array(4).fill('number'));
    expect(await desk.scanners.list(true)).toHaveLength(2);
  });

  it.each(['busy', 'notReady', 'unregistered', 'timeout'] as const)(
    'reads %s under HTTP 200',
    async (fault) => {
      await desk.scanners.list(true);
      desk.service.fault(fault, 'errorsUnder200', 'numbersAsStrings', 'trailingBytes');
      const [, code] = FAILING.find(([name]) => name === fault) ?? [];
      expect(await codeOf(desk.scanners.capture(order()))).toEqual({ code });
    },
  );

  it('gives a low score as it is, whatever was asked for', async () => {
    desk.service.fault('lowQuality');
    const captures = await desk.scanners.capture(order({ threshold: 60 }));
    expect(captures.map(({ part }) => part.quality).every((quality) => (quality ?? 99) < 40)).toBe(true);
  });
});

it('waits for a slow scanner', async () => {
  const { service, scanners } = await testScanners({ slowMs: 300 });
  service.fault('slow');
  expect(await scanners.capture(order({ step: 'irises' }))).toHaveLength(2);
});

it('gives a code that it does not know to the telephone', async () => {
  const { scanners } = await testScanners({ kinds: ['finger'] });
  const failed = await codeOf(scanners.capture(order({ packetId: 'not an id!' })));
  expect(failed).toEqual({ code: 'device.failed', detail: '112' });
});

it('believes no device while the center names no provider', async () => {
  const desk = await testScanners();
  expect(await codeOf(desk.again({ anchors: () => Promise.resolve([]) }).capture(order()))).toEqual({
    code: 'device.foreign',
  });
  const unreadable = desk.again({
    anchors: () => Promise.resolve(['bm90IGEgY2VydA==', desk.service.anchor]),
  });
  expect(await unreadable.capture(order())).toHaveLength(4);
});

it('believes no device whose certificate has run out by the best time that is known', async () => {
  const desk = await testScanners();
  const late = desk.again({ now: () => Date.now() + 400 * 86_400_000 });
  expect(await codeOf(late.capture(order()))).toEqual({ code: 'device.untrusted', detail: 'dates' });
});
