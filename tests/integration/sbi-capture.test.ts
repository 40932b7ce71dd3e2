import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { STEP_PARTS, type ScanStep } from '../../app/enrollment/biometrics.ts';
import { captureSchema, scannerSchema } from '../../app/ipc/contract.ts';
import { testScanners, order, type TestScanners } from '../helpers/scanner.ts';

/** The station's client against scanners on a real port, in both wire versions: everything goes as it should. */
describe.each(['0.9.5', '1.0'] as const)('SBI %s', (version) => {
  let desk: TestScanners;
  beforeAll(async () => {
    desk = await testScanners({ version });
  });

  it('lists what it found, as the contract says', async () => {
    const rows = await desk.scanners.list(true);
    expect(rows.map((row) => scannerSchema.parse(row))).toMatchObject([
      { kind: 'finger', serialNo: 'SIM-finger-0001', specVersion: version, status: 'ready', practice: false },
      { kind: 'iris', serialNo: 'SIM-iris-0001', specVersion: version, status: 'ready', practice: false },
    ]);
  });

  it.each(['right4', 'left4', 'thumbs', 'irises', 'verify'] as const)(
    'captures %s',
    async (step: ScanStep) => {
      const captures = await desk.scanners.capture(order({ step }));
      const names = step === 'verify' ? STEP_PARTS.review : STEP_PARTS[step];
      expect(captures.map((capture) => captureSchema.parse(capture).part.name)).toEqual(names);
      for (const { part, bytes, preview } of captures) {
        expect(part.mediaType).toBe(
          step === 'irises' ? 'application/vnd.iso.19794-6' : 'application/vnd.iso.19794-4',
        );
        expect(part.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
        expect(part.size).toBe(bytes.length);
        expect(part.quality).toBeGreaterThanOrEqual(62);
        expect(part.device).toMatchObject({
          make: 'Rekam',
          serialNo: expect.stringMatching(/^SIM-/) as string,
        });
        expect(Buffer.from(preview ?? []).toString('latin1', 1, 4)).toBe('PNG');
      }
    },
  );
});
