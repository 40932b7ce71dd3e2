import { afterAll } from 'vitest';
import { RekamError } from '../../app/errors.ts';
import {
  createSbiScanners,
  type CaptureOrder,
  type SbiOptions,
  type Scanners,
} from '../../main/devices/registry.ts';
import type { LogFields } from '../../main/log.ts';
import { deviceAuthority, type Authority } from '../../scripts/sbi/certificates.ts';
import { startSbiSimulator, type SbiSimulator, type SimulatorOptions } from '../../scripts/sbi/simulator.ts';

const open = new Set<SbiSimulator>();
let authority: Promise<Authority> | undefined;
let shared: Promise<SbiSimulator> | undefined;

afterAll(async () => {
  for (const scanner of open) await scanner.close();
  open.clear();
});

/** One provider for all scanners of a test file: a key takes its time to make. */
export function testAuthority(): Promise<Authority> {
  authority ??= deviceAuthority();
  return authority;
}

/** The scanners of all stations of a test file, for those that need no others. */
export function testScanner(): Promise<SbiSimulator> {
  shared ??= startTestScanner();
  return shared;
}

/** Scanners on a free port, of the test file's provider unless told otherwise; closed after it. */
export async function startTestScanner(options: SimulatorOptions = {}): Promise<SbiSimulator> {
  const scanner = await startSbiSimulator({ ca: await testAuthority(), ...options });
  open.add(scanner);
  return { ...scanner, close: () => (open.delete(scanner) ? scanner.close() : Promise.resolve()) };
}

/** A station's scanners and the service that they find. */
export interface TestScanners {
  readonly scanners: Scanners;
  readonly service: SbiSimulator;
  /** What the station logged: event and code. */
  readonly logged: string[];
  /** The station started anew. */
  again(other?: Partial<SbiOptions>): Scanners;
}

/** The station's real client, looking at the port of a scanner that is started with it. */
export async function testScanners(options: SimulatorOptions = {}): Promise<TestScanners> {
  const service = await startTestScanner(options);
  const logged: string[] = [];
  const note = (event: string, fields: LogFields = {}): void =>
    void logged.push(`${event} ${fields['code']}`);
  const again = (other: Partial<SbiOptions> = {}): Scanners =>
    createSbiScanners({
      ports: { from: service.port, to: service.port },
      anchors: () => Promise.resolve([service.anchor]),
      now: () => Date.now(),
      log: { info: note, warn: note, error: note },
      ...other,
    });
  return { scanners: again(), service, logged, again };
}

/** What a call that fails tells the desk; fails itself when the call does not. */
export async function codeOf(call: Promise<unknown>): Promise<{ code: string; detail?: unknown }> {
  const failure: unknown = await call.then(
    () => new Error('the call did not fail'),
    (error: unknown) => error,
  );
  if (!(failure instanceof RekamError)) throw failure;
  return { code: failure.code, ...failure.params };
}

/** An order for the same resident unless told otherwise. */
export function order(options: Partial<CaptureOrder> = {}): CaptureOrder {
  return {
    packetId: '019ab000-0000-7000-8000-000000000001',
    step: 'right4',
    excepted: [],
    attempt: 1,
    threshold: 60,
    ...options,
  };
}
