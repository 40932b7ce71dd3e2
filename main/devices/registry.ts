import type { PartName, ScanStep } from '../../app/enrollment/biometrics.ts';
import { RekamError } from '../../app/errors.ts';
import type { Capture, ScannerRow } from '../../app/ipc/contract.ts';
import { reason, type Log } from '../log.ts';
import { captureParts, deviceSubIdOf, FIRST_HASH } from './sbi-capture.ts';
import { ServiceLost } from './sbi-http.ts';
import { findDevices, type PortRange, type SbiDevice } from './sbi-search.ts';
import { followFrames } from './sbi.ts';
import type { Kind } from './sbi-wire.ts';
import { Watch } from './watch.ts';

export interface CaptureOrder {
  readonly packetId: string;
  readonly step: ScanStep;
  /** Parts that the step would capture and that are excepted. */
  readonly excepted: readonly PartName[];
  /** From 1; how often this step was tried for this resident. */
  readonly attempt: number;
  /** 0–100: what the device is asked to reach before it stops looking. */
  readonly threshold: number;
}

/** The fingerprint and iris scanners of this desk, whatever they are. All throw device.* errors. */
export interface Scanners {
  /** @param search looks for them again first; else those known now */
  list(search: boolean): Promise<ScannerRow[]>;
  /** One entry a part that is not excepted, in the order of the step; ends the live view first. */
  capture(order: CaptureOrder): Promise<Capture[]>;
  /**
   * Live pictures of the scanner that serves this step, until unwatch, capture or another watch. Resolves with the
   * first picture; a view that breaks off later comes back by itself when the scanner does.
   */
  watch(step: ScanStep, onFrame: (jpeg: Uint8Array) => void): Promise<void>;
  unwatch(): void;
}

export interface SbiOptions {
  readonly ports: PortRange;
  /** The certificates (DER, base64) that the center believes now. */
  readonly anchors: () => Promise<readonly string[]>;
  /** Milliseconds since 1970, the best that the station knows: certificates are held against it. */
  readonly now: () => number;
  readonly log: Log;
  /** Milliseconds; for tests. */
  readonly timeouts?: Partial<Timeouts>;
}

export interface Timeouts {
  /** For a service to say what it has. */
  readonly search: number;
  /** The same for one that said nothing the last time, unless a person looks for it. */
  readonly silent: number;
  /** For the resident to place the fingers. */
  readonly capture: number;
  /** For the service's answer beyond that. */
  readonly grace: number;
  /** From one live picture to the next. */
  readonly frame: number;
}
const TIMEOUTS: Timeouts = { search: 3000, silent: 500, capture: 20_000, grace: 5000, frame: 5000 };

/** A device needs a moment to notice that the live view has ended; longer than that it is busy with something else. */
const SETTLED_MS = 1500;
const SETTLE_MS = 100;

/** Scanners that speak SBI on this PC. Owner of what was found, of the live view and of the chain of captures. */
export function createSbiScanners(options: SbiOptions): Scanners {
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const seen = new Set<Kind>();
  let devices: SbiDevice[] = [];
  /** Ports that gave no answer at the last search: a service that hangs must not cost every capture its patience. */
  let silent: ReadonlySet<number> = new Set();
  /** Grows with each doubt whether what is known still holds; a search answers the doubts that were there before it. */
  let doubts = 1;
  let answered = 0;
  let searching: Promise<void> | null = null;
  let capturing = false;
  let view: Watch | null = null;
  let chain = { packetId: '', hash: FIRST_HASH };

  const trust = async () => ({ anchors: await options.anchors(), now: options.now() });

  const isStale = (): boolean => answered < doubts;

  const search = (): Promise<void> => {
    searching ??= (async () => {
      const asked = doubts;
      const patience = (port: number): number => (silent.has(port) ? timeouts.silent : timeouts.search);
      const found = await findDevices(options.ports, await trust(), patience, options.log);
      devices = found.devices;
      silent = found.silent;
      answered = asked;
      for (const device of devices) seen.add(device.kind);
    })().finally(() => {
      searching = null;
    });
    return searching;
  };

  /** A search that was under way when the doubt arose has looked too soon: then there is one more. */
  const searchAgain = async (): Promise<void> => {
    await search();
    if (isStale()) await search();
  };

  /** The scanner for this kind of work, looked for again unless one is known to be ready. */
  const choose = async (kind: Kind): Promise<SbiDevice> => {
    const known = (): SbiDevice | undefined => devices.find((device) => device.kind === kind);
    if (isStale() || known()?.status !== 'ready') await searchAgain();
    const device = known();
    if (device === undefined) {
      if (!seen.has(kind)) throw new RekamError('device.missing');
      throw new RekamError(silent.size > 0 ? 'device.timeout' : 'device.unplugged');
    }
    if (device.status === 'busy') throw new RekamError('device.busy');
    if (device.status === 'notReady') throw new RekamError('device.notReady');
    if (device.status === 'unregistered') throw new RekamError('device.unregistered');
    return device;
  };

  /** Whatever went wrong, the next call looks for the devices again. */
  const broken = (error: unknown): RekamError => {
    doubts += 1;
    const told = toRekamError(error);
    options.log.warn('sbi.failed', { code: told.code, detail: told.params['detail'], reason: reason(error) });
    return told;
  };

  const captureOnce = async (order: CaptureOrder): Promise<Capture[]> => {
    const previousHash = chain.packetId === order.packetId ? chain.hash : FIRST_HASH;
    const device = await choose(kindOfStep(order.step));
    const taken = await captureParts(device, order, {
      trust: await trust(),
      previousHash,
      timeoutMs: timeouts.capture,
      graceMs: timeouts.grace,
      lastFrame: view?.step === order.step ? view.lastFrame : null,
    });
    chain = { packetId: order.packetId, hash: taken.hash };
    return taken.captures;
  };

  /** A service that was started again has moved: nothing was captured yet, so it is found and asked again. */
  const capture = async (order: CaptureOrder): Promise<Capture[]> => {
    try {
      return await captureOnce(order);
    } catch (error) {
      if (!(error instanceof ServiceLost && error.loss === 'refused')) throw error;
      doubts += 1;
      return captureOnce(order);
    }
  };

  return {
    list: async (again) => {
      if (again) {
        await searching;
        silent = new Set();
      }
      if (again || isStale()) await searchAgain();
      return devices.map(toRow);
    },
    capture: async (order) => {
      if (capturing) throw new RekamError('device.busy');
      capturing = true;
      try {
        await view?.stop();
        const settled = view === null ? 0 : performance.now() + SETTLED_MS;
        for (;;) {
          try {
            return await capture(order);
          } catch (error) {
            const told = broken(error);
            if (told.code !== 'device.busy' || performance.now() >= settled) throw told;
            await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
          }
        }
      } finally {
        view = null;
        capturing = false;
      }
    },
    watch: async (step, onFrame) => {
      if (capturing) throw new RekamError('device.busy');
      const before = view;
      const next = new Watch(step, onFrame, {
        open: async (signal, frame) => {
          const device = await choose(kindOfStep(step));
          await followFrames(device, deviceSubIdOf(step), timeouts.frame, signal, frame);
        },
        broken,
      });
      view = next;
      await before?.stop();
      await next.start();
    },
    unwatch: () => {
      void view?.stop();
    },
  };
}

/** Which of the scanners serves a step. */
export function kindOfStep(step: ScanStep): Kind {
  return step === 'irises' ? 'iris' : 'finger';
}

function toRow(device: SbiDevice): ScannerRow {
  const { id, kind, make, model, serialNo, version, status } = device;
  return { id, kind, make, model, serialNo, specVersion: version, status, practice: false };
}

function toRekamError(error: unknown): RekamError {
  if (error instanceof RekamError) return error;
  if (!(error instanceof ServiceLost)) return new RekamError('device.failed', { detail: 'internal' }, error);
  switch (error.loss) {
    case 'silent':
      return new RekamError('device.timeout', {}, error);
    case 'large':
      return new RekamError('device.answer', {}, error);
    case 'refused':
    case 'lost':
      return new RekamError('device.unplugged', {}, error);
    default:
      return error.loss satisfies never;
  }
}
