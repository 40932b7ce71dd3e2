import { z } from 'zod';
import { kodeDesaSchema } from '../ids.ts';
import { nikSchema } from '../enrollment/nik.ts';

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

/** A resident's turn today. */
export const TICKET_STATES = ['waiting', 'serving', 'deferred', 'absent', 'done'] as const;
export const ticketStateSchema = z.enum(TICKET_STATES);
export type TicketState = z.infer<typeof ticketStateSchema>;
