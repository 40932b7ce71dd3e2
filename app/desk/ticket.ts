import { z } from 'zod';
import { kodeDesaSchema, type PacketId } from '../ids.ts';
import { nikSchema } from '../enrollment/nik.ts';
import { unreachable } from '../result.ts';

export const SESSIONS = ['pagi', 'siang'] as const;
export const sessionOfDaySchema = z.enum(SESSIONS);
export type SessionOfDay = z.infer<typeof sessionOfDaySchema>;

/** A place in the schedule: one resident, one date, one session. */
export const summonsSchema = z.strictObject({
  nik: nikSchema,
  desa: kodeDesaSchema,
  date: z.iso.date(),
  session: sessionOfDaySchema,
});
export type Summons = z.infer<typeof summonsSchema>;

/**
 * A resident's turn today: waiting for the call, called to the desk, being served, put off with a reason, called and
 * not there, asked to come on another day or session, recorded. All but who is recorded can be called again.
 * `withdrawn` is a number that was given by mistake: it is nobody's turn, and nobody else's number.
 */
export const TICKET_STATES = [
  'waiting',
  'called',
  'serving',
  'deferred',
  'absent',
  'carried',
  'withdrawn',
  'done',
] as const;
export const ticketStateSchema = z.enum(TICKET_STATES);
export type TicketState = z.infer<typeof ticketStateSchema>;

/** What can happen to a ticket: by hand at the desk, or because a draft begins, is dropped or is recorded. */
export type TicketEvent =
  | 'arrive'
  | 'call'
  | 'miss'
  | 'defer'
  | 'return'
  | 'carry'
  | 'withdraw'
  | 'serve'
  | 'drop'
  | 'record';

/** The states that the desk sets by hand, and what happens then. Serving begins with a draft, done comes with record. */
export const BY_HAND = {
  called: 'call',
  absent: 'miss',
  deferred: 'defer',
  waiting: 'return',
  withdrawn: 'withdraw',
} as const satisfies Partial<Record<TicketState, TicketEvent>>;
export type StateByHand = keyof typeof BY_HAND;

/** The next state, the same state when the event says nothing new (events may come twice), or null for a refusal. */
export function ticketAfter(state: TicketState, event: TicketEvent): TicketState | null {
  switch (event) {
    case 'arrive':
      // Done and here again: the center wants this resident recorded anew.
      return state === 'called' || state === 'serving' ? state : 'waiting';
    case 'call':
      // Who left in the middle of an enrollment is called like anybody else; the draft waits.
      return isOver(state) ? null : 'called';
    case 'miss':
      return state === 'called' || state === 'absent' ? 'absent' : null;
    case 'defer':
      return isOver(state) || state === 'absent' || state === 'carried' ? null : 'deferred';
    case 'carry':
      // Who is at the desk is not sent home by a list.
      return isOver(state) || state === 'serving' ? null : 'carried';
    case 'return':
      return isOver(state) ? null : 'waiting';
    case 'withdraw':
      // Whoever was served has come.
      return state === 'waiting' || state === 'called' || state === 'withdrawn' ? 'withdrawn' : null;
    case 'serve':
      return 'serving';
    case 'drop':
      return state === 'serving' ? 'deferred' : state;
    case 'record':
      return 'done';
    default:
      return unreachable(event);
  }
}

/** Neither is called back by hand; arriving or serving takes the number up again. */
function isOver(state: TicketState): boolean {
  return state === 'done' || state === 'withdrawn';
}

/** Whether the desk may set this state by hand; offering what main would refuse helps nobody. */
export function maySet(state: TicketState, to: StateByHand): boolean {
  return state !== to && ticketAfter(state, BY_HAND[to]) === to;
}

/** So many numbers a day each desk of an office has to give. */
const NUMBERS_EACH = 500;

/**
 * Numbers of one desk: no two desks give the same one, whether or not they hear of each other, while each has some left.
 * @param desk from 1
 */
export function numbersOf(desk: number): { readonly first: number; readonly last: number } {
  return { first: (desk - 1) * NUMBERS_EACH + 1, last: desk * NUMBERS_EACH };
}

interface Turn {
  readonly nik: string;
  readonly state: TicketState;
  readonly calledAt: string | null;
}

/** Whose number was called last and who is expected at the desk now. */
export function lastCalled<T extends Turn>(tickets: readonly T[]): T | null {
  const called = tickets.filter((row) => row.state === 'called');
  return called.reduce<T | null>(
    (last, row) => (last === null || (row.calledAt ?? '') >= (last.calledAt ?? '') ? row : last),
    null,
  );
}

/** Called before `row` and still not there. @param tickets in the order of their numbers */
export function stillCalled<T extends Turn>(tickets: readonly T[], row: T): readonly T[] {
  return tickets.filter((other) => other.state === 'called' && other.nik !== row.nik);
}

/** The lowest number that waits. @param tickets in the order of their numbers */
export function nextWaiting<T extends Turn>(tickets: readonly T[]): T | null {
  return tickets.find((row) => row.state === 'waiting') ?? null;
}

/** Who stepped aside in the middle of an enrollment: their draft waits. @param tickets in the order of their numbers */
export function interrupted<T extends Turn & { readonly packetId: PacketId | null }>(
  tickets: readonly T[],
): T | null {
  return tickets.find((row) => row.state === 'serving' && row.packetId !== null) ?? null;
}
