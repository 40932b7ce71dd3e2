import type { Facts } from '../../app/checkup/judge.ts';
import type { ScannerRow } from '../../app/ipc/contract.ts';
import type { StationStatus } from '../../app/ipc/status.ts';
import type { StationCounts } from '../store/examine.ts';

type Others = Omit<Facts, 'database' | 'audit' | 'cameras'>;
type FolderFacts = Omit<Facts, 'database' | 'audit'>;
type Versions = Facts['versions'] & { readonly activated: boolean };

export function devicesOf(found: readonly Pick<ScannerRow, 'status'>[]): Facts['devices'] {
  // Busy is at work: nobody has to see to it.
  const ready = found.filter(({ status }) => status === 'ready' || status === 'busy').length;
  return { ready, notReady: found.length - ready };
}

/** Of the running station. */
export function factsOfStation(status: StationStatus, found: readonly ScannerRow[], about: Versions): Others {
  const { activated, ...versions } = about;
  return {
    keys: { kept: status.keysInFile ? 'file' : 'keystore' },
    disk: status.disk,
    mirror: status.mirror,
    clockOffsetMs: status.clockOffsetMs,
    devices: devicesOf(found),
    link: {
      activated,
      state: status.link.state,
      cause: status.link.cause,
      waiting: status.outbox.waiting,
    },
    versions,
  };
}

/** Of a closed one: an outage that is open in its data is the last that anybody knew of the link. */
export function factsOfFolder(
  counts: StationCounts | null,
  rest: Pick<Others, 'keys' | 'disk' | 'devices' | 'versions'>,
): FolderFacts {
  return {
    ...rest,
    mirror: null,
    cameras: null,
    clockOffsetMs: counts?.clockOffsetMs ?? null,
    link: {
      activated: counts?.activated ?? false,
      state: counts?.openOutage === true ? 'offline' : 'unknown',
      cause: null,
      waiting: counts?.waiting ?? 0,
    },
  };
}
