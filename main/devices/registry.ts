import type { ScanStep, PartName } from '../../app/enrollment/biometrics.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { RekamError } from '../../app/errors.ts';

export interface ScannerInfo {
  readonly id: string;
  readonly kind: 'finger' | 'iris';
  readonly make: string;
  readonly model: string;
  readonly simulated: boolean;
}

export interface CaptureOrder {
  readonly packetId: string;
  readonly step: ScanStep;
  /** Parts that the step would capture and that are excepted. */
  readonly excepted: readonly PartName[];
  /** From 1; how often this step was tried for this resident. */
  readonly attempt: number;
}

/** A fingerprint or iris scanner, whatever it speaks. */
export interface Scanner {
  readonly info: ScannerInfo;
  /** One entry a part that is not excepted. Throws device.* errors. */
  capture(order: CaptureOrder): Promise<Capture[]>;
}

export interface Scanners {
  list(): ScannerInfo[];
  capture(order: CaptureOrder): Promise<Capture[]>;
}

export function createScanners(scanners: readonly Scanner[]): Scanners {
  return {
    list: () => scanners.map((scanner) => scanner.info),
    capture: (order) => {
      const kind = order.step === 'irises' ? 'iris' : 'finger';
      const scanner = scanners.find((candidate) => candidate.info.kind === kind);
      if (scanner === undefined) throw new RekamError('device.missing');
      return scanner.capture(order);
    },
  };
}
