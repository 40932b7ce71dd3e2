import type { LinkCause, LinkState } from '../sync/link.ts';
import { CLOCK_OFF_MS } from '../desk/needs.ts';
import { roughly, ROOM_NEEDED, ROOM_TOLD } from '../desk/room.ts';
import type { MirrorStatus } from '../ipc/mirror.ts';
import { CHECKS, type CheckName, type CheckupFinding, type FindingCode } from './finding.ts';

/**
 * What a station is judged by, whoever gathered it: the running app, or `npm run doctor` beside a closed one. Null is
 * what could not be found out.
 */
export interface Facts {
  readonly keys:
    | { readonly kept: 'keystore' | 'file' }
    | { readonly problem: 'wrapped' | 'missing' | 'unreadable' };
  readonly database:
    | { readonly sound: boolean; readonly seconds: number }
    | { readonly problem: 'none' | 'unopened' | 'wrongKey' | 'newer' };
  readonly audit: {
    readonly entries: number;
    readonly brokenAt: number | null;
    /** Packets whose manifest names a head that the chain does not have there. */
    readonly mismatched: readonly number[];
  } | null;
  readonly disk: { readonly residentsLeft: number } | null;
  /** Null where nobody looked: beside a closed station. */
  readonly mirror: Pick<MirrorStatus, 'state' | 'sameDisk' | 'behind'> | null;
  /** Null where no window is there to see them. */
  readonly cameras: number | null;
  /** Center's time minus the station's. */
  readonly clockOffsetMs: number | null;
  readonly devices: { readonly ready: number; readonly notReady: number };
  readonly link: {
    readonly activated: boolean;
    readonly state: LinkState;
    readonly cause: LinkCause | null;
    /** Packets that wait, safe, for the center. */
    readonly waiting: number;
  };
  readonly versions: { readonly rekam: string; readonly runtime: string; readonly isRelease: boolean };
}

/** Further off than this, requests are near the end of the five minutes that the center allows. */

type Judgement = readonly [FindingCode, CheckupFinding['params']?];

/**
 * The one list of checks. A new one is a name in CHECKS, its facts, its judge here and its words; screen,
 * command and bundle follow by themselves.
 */
const JUDGES: Readonly<Record<CheckName, (facts: Facts) => Judgement>> = {
  keys: ({ keys }) => ('problem' in keys ? [`keys.${keys.problem}`] : [`keys.${keys.kept}`]),
  database: ({ database }) =>
    'problem' in database
      ? [`database.${database.problem}`]
      : [database.sound ? 'database.sound' : 'database.damaged', { seconds: database.seconds }],
  audit: ({ audit }) => {
    if (audit === null) return ['audit.unread'];
    if (audit.brokenAt !== null) return ['audit.broken', { sequence: audit.brokenAt }];
    const [packet] = audit.mismatched;
    return packet === undefined
      ? ['audit.whole', { entries: audit.entries }]
      : ['audit.unanchored', { packet }];
  },
  disk: ({ disk }) => {
    if (disk === null) return ['disk.unread'];
    const residents = disk.residentsLeft;
    const code = residents < ROOM_NEEDED ? 'disk.stops' : residents < ROOM_TOLD ? 'disk.low' : 'disk.enough';
    return [code, { residents: roughly(residents) }];
  },
  mirror: ({ mirror }) => {
    if (mirror === null) return ['mirror.unread'];
    const { state, sameDisk, behind } = mirror;
    if (state === 'looking') return ['mirror.looking'];
    if (state === 'none') return ['mirror.none'];
    if (state !== 'ok' && state !== 'behind') return ['mirror.trouble', { behind }];
    if (sameDisk) return ['mirror.same'];
    return state === 'ok' ? ['mirror.safe'] : ['mirror.behind', { behind }];
  },
  camera: ({ cameras }) => {
    if (cameras === null) return ['camera.unseen'];
    return cameras === 0 ? ['camera.none'] : ['camera.there', { cameras }];
  },
  clock: ({ clockOffsetMs }) => {
    if (clockOffsetMs === null) return ['clock.unknown'];
    const off = Math.abs(clockOffsetMs);
    return off < CLOCK_OFF_MS ? ['clock.right'] : ['clock.off', { minutes: Math.round(off / 60_000) }];
  },
  devices: ({ devices }) => {
    if (devices.notReady > 0) return ['devices.notReady', { ...devices }];
    return devices.ready === 0 ? ['devices.none'] : ['devices.ready', { ready: devices.ready }];
  },
  link: ({ link: { activated, state, cause, waiting } }) => {
    if (!activated) return ['link.inactive'];
    if (cause === 'notAllowed') return ['link.refused', { waiting }];
    if (state === 'unknown') return ['link.unknown', { waiting }];
    return [state === 'offline' ? 'link.offline' : 'link.online', { waiting }];
  },
  versions: ({ versions: { rekam, runtime, isRelease } }) => [
    isRelease ? 'versions.release' : 'versions.development',
    { rekam, runtime },
  ],
};

export function judge(facts: Facts): CheckupFinding[] {
  return CHECKS.map((check) => {
    const [code, params = {}] = JUDGES[check](facts);
    return { check, code, params };
  });
}
