import type { DayCount } from '../../../app/desk/day-close.ts';
import type { SheetRow } from '../../../app/ipc/day.ts';

/** The sheet that stands open. */
export type Opened = Pick<SheetRow, 'date' | 'number'>;

/** What each line of the count sheet says, on screen and on paper: the station's figure and, where it has one, the center's. */
const PACKET_LINES = [
  'recorded',
  'amendments',
  'sent',
  'received',
  'accepted',
  'rejected',
  'duplicate',
  'waiting',
  'review',
  'returned',
  'held',
] as const satisfies readonly (keyof DayCount['packets'])[];
/** Where nothing was reviewed the sheet says nothing of it. */
export function packetLines(packets: DayCount['packets']): (typeof PACKET_LINES)[number][] {
  return PACKET_LINES.filter((line) => (line !== 'review' && line !== 'returned') || packets[line] > 0);
}
export const TICKET_LINES = [
  'given',
  'served',
  'deferred',
  'absent',
  'carried',
  'open',
] as const satisfies readonly (keyof DayCount['tickets'])[];

/** What the center says of the same; null where it says nothing. */
export function centerFigure(
  line: (typeof PACKET_LINES)[number],
  { center, packets }: DayCount,
): number | null {
  if (line === 'received') return center.comparedAt === null ? null : center.held;
  if (line === 'accepted' || line === 'rejected' || line === 'duplicate') return packets[line];
  return null;
}
