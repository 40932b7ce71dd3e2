import type { MirrorStatus } from '../ipc/mirror.ts';
import type { StationStatus } from '../ipc/status.ts';
import { BATTERY_FEW } from './power.ts';
import { ROOM_NEEDED, ROOM_TOLD } from './room.ts';

/**
 * What needs a person now, worst first. The second copy stands before a damaged database, since that one is built anew
 * from it; what stops the intake stands before what waits for somebody; what only would be lost with the disk is last.
 */
export const NEEDS = [
  'mirrorLost',
  'mirrorFailing',
  'mirrorFull',
  'damaged',
  'diskStops',
  'battery',
  'notAllowed',
  'held',
  'findings',
  'tasks',
  'review',
  'diskLow',
  'clock',
  'audit',
  'keysRefused',
  'office',
  'unclosed',
  'link',
  'mirrorSame',
  'mirrorNone',
  'kit',
] as const;
export type NeedKind = (typeof NEEDS)[number];

/** Where it is mended. */
export const NEED_PLACES = [
  'mirror',
  'desk',
  'checkup',
  'held',
  'findings',
  'tasks',
  'review',
  'audit',
  'office',
  'day',
  'courier',
  'recovery',
] as const;
export type NeedPlace = (typeof NEED_PLACES)[number];

const PLACE: Readonly<Record<NeedKind, NeedPlace>> = {
  ...{ mirrorLost: 'mirror', mirrorFailing: 'mirror', mirrorFull: 'mirror' },
  ...{ mirrorSame: 'mirror', mirrorNone: 'mirror' },
  ...{ damaged: 'desk', battery: 'desk' },
  ...{ diskStops: 'checkup', diskLow: 'checkup', clock: 'checkup', notAllowed: 'checkup' },
  ...{ held: 'held', findings: 'findings', tasks: 'tasks', review: 'review' },
  ...{ audit: 'audit', keysRefused: 'audit' },
  ...{ office: 'office', unclosed: 'day', link: 'courier', kit: 'recovery' },
};

/** Further off than this the clock is told; requests are signed within five minutes of the center's time. */
export const CLOCK_OFF_MS = 2 * 60_000;
/** A desk that is on and has a link speaks at least once an hour; the rest is its way by the center. */
export const DESK_QUIET_MS = 90 * 60_000;
/** Silent for longer, a desk was taken away or taken over: nobody can see to it now. */
const DESK_GONE_MS = 7 * 24 * 60 * 60_000;
/** An office's day: for less nobody carries a disk to the center. */
export const LINK_LONG_MS = 8 * 60 * 60_000;

/** What the supervisor's page knows of the station; null of what it has not read. */
export interface Facts {
  /** Milliseconds by the station's clock. */
  readonly now: number;
  readonly status: Pick<
    StationStatus,
    'mirror' | 'storeDamaged' | 'power' | 'link' | 'outbox' | 'clockOffsetMs' | 'centerKeys'
  > & { readonly disk: Pick<StationStatus['disk'], 'residentsLeft'> };
  readonly auditBrokenAt: number | null;
  /** What the comparison with the center found and nothing has settled, or could not read. */
  readonly findings: number | null;
  readonly office: readonly Desk[] | null;
  /** ISO date of the last day that nobody closed. */
  readonly unclosed: string | null;
  readonly hasKit: boolean | null;
}
interface Desk {
  readonly stationId: string;
  readonly label: string | null;
  readonly at: string;
}

export interface Need {
  readonly kind: NeedKind;
  readonly place: NeedPlace;
  /** now: else something is lost, or nobody can be recorded. */
  readonly tone: 'act' | 'now';
  /** Packets, residents or things, as the kind has it; 0 where nothing is counted. */
  readonly count: number;
  /** Since when, or of which day; ISO. */
  readonly at: string | null;
  /** Of the other desk. */
  readonly desk: string | null;
}

interface Found {
  readonly count?: number;
  readonly at?: string | null;
  readonly desk?: string;
  readonly isUrgent?: boolean;
}

/** @returns worst first, none where nobody is needed */
export function needsOf(facts: Facts): Need[] {
  return NEEDS.flatMap((kind) =>
    FIND[kind](facts).map(({ count = 0, at = null, desk = null, isUrgent = false }) => ({
      ...{ kind, place: PLACE[kind], count, at, desk },
      tone: isUrgent ? 'now' : 'act',
    })),
  );
}

const one = (is: boolean, found: Found = {}): Found[] => (is ? [found] : []);
const many = (count: number | null): Found[] => one((count ?? 0) > 0, { count: count ?? 0 });

/** Without it nothing can be built anew from it, and a damaged database is about to be. */
const mirror =
  (state: MirrorStatus['state']) =>
  ({ status }: Facts): Found[] =>
    one(status.mirror.state === state, {
      ...{ count: status.mirror.behind, at: status.mirror.since, isUrgent: status.storeDamaged },
    });

const FIND: Readonly<Record<NeedKind, (facts: Facts) => Found[]>> = {
  mirrorLost: mirror('lost'),
  mirrorFailing: mirror('failing'),
  mirrorFull: mirror('full'),
  damaged: ({ status }) => one(status.storeDamaged, { isUrgent: true }),
  diskStops: ({ status: { disk } }) =>
    one(disk.residentsLeft < ROOM_NEEDED, { count: disk.residentsLeft, isUrgent: true }),
  battery: ({ status: { power } }) =>
    one(power.source === 'battery' && power.residentsLeft !== null && power.residentsLeft < BATTERY_FEW, {
      ...{ count: power.residentsLeft ?? 0, isUrgent: true },
    }),
  notAllowed: ({ status: { link } }) => one(link.cause === 'notAllowed', { at: link.since }),
  held: ({ status }) => many(status.outbox.held),
  findings: ({ findings }) => many(findings),
  tasks: ({ status }) => many(status.outbox.tasks),
  review: ({ status }) => many(status.outbox.review),
  diskLow: ({ status: { disk } }) =>
    one(disk.residentsLeft >= ROOM_NEEDED && disk.residentsLeft < ROOM_TOLD, { count: disk.residentsLeft }),
  clock: ({ status: { clockOffsetMs, link } }) =>
    one(link.cause === 'clock' || Math.abs(clockOffsetMs ?? 0) >= CLOCK_OFF_MS),
  audit: ({ auditBrokenAt }) => many(auditBrokenAt),
  keysRefused: ({ status: { centerKeys } }) =>
    one(centerKeys.refusedAt !== null, { at: centerKeys.refusedAt }),
  office: ({ now, office, status: { link } }) => {
    // Without a link of its own a station hears of nobody.
    if (link.state !== 'online' && link.state !== 'slow') return [];
    const isQuiet = ({ at }: Desk) => {
      const quiet = now - Date.parse(at);
      return quiet > DESK_QUIET_MS && quiet < DESK_GONE_MS;
    };
    return (office ?? [])
      .filter(isQuiet)
      .map(({ stationId, label, at }) => ({ desk: label ?? stationId.slice(0, 8), at }));
  },
  unclosed: ({ unclosed }) => one(unclosed !== null, { at: unclosed }),
  link: ({ now, status: { link, outbox } }) => {
    if (link.state !== 'offline' || link.since === null || link.cause === 'notAllowed') return [];
    const isLong = now - Date.parse(link.since) >= LINK_LONG_MS;
    return one(isLong && outbox.waiting > 0, { count: outbox.waiting, at: link.since });
  },
  mirrorSame: ({ status: { mirror: copy } }) =>
    one(copy.sameDisk && (copy.state === 'ok' || copy.state === 'behind')),
  mirrorNone: ({ status }) => one(status.mirror.state === 'none'),
  kit: ({ hasKit }) => one(hasKit === false),
};
