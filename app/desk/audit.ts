import { z } from 'zod';
import { instantSchema, sha256Schema, stationIdSchema } from '../ids.ts';
import type { TicketState } from './ticket.ts';

/**
 * Every act that the audit log may name. The store takes no other, and each has words in both languages, so that a
 * supervisor reads the whole log in plain words.
 */
export const AUDIT_ACTS = [
  'session.login',
  'session.failed',
  'session.logout',
  'account.passwordChanged',
  'account.reset',
  'second.confirmed',
  'training.begun',
  'training.ended',

  'resident.opened',
  'ticket.waiting',
  'ticket.called',
  'ticket.serving',
  'ticket.done',
  'ticket.deferred',
  'ticket.absent',
  'ticket.carried',
  'summons.carried',
  'summons.imported',
  'summons.printed',
  'summons.notPrinted',
  'summons.exported',
  'ticket.withdrawn',
  'draft.begun',
  'draft.opened',
  'draft.dropped',
  'draft.setAside',
  'draft.restored',
  'correction.confirmed',
  'enrollment.recorded',
  'amendment.begun',
  'amendment.recorded',
  'task.closed',
  'task.abandoned',
  'slip.printed',
  'slip.failed',
  'day.closed',
  'day.printed',
  'day.notPrinted',
  'outages.printed',
  'outages.notPrinted',
  'outages.exported',
  'progress.printed',
  'progress.notPrinted',
  'progress.exported',

  'packet.opened',
  'packet.held',
  'packet.released',
  'packet.retried',
  'packet.approved',
  'packet.returned',
  'packet.takenBack',
  'packet.received',
  'packet.missing',
  'packet.lost',
  'packet.mismatched',
  'reconcile.unknown',
  'reconcile.gap',
  'journal.unreadable',
  'packet.restored',
  'packet.takenOver',
  'packet.erased',
  'courier.packed',
  'courier.receipts',

  'takeover.begun',
  'takeover.ended',
  'takeover.told',
  'takeover.refused',
  'recovery.issued',
  'recovery.printed',
  'recovery.notPrinted',
  'station.activated',
  'system.suspend',
  'system.resume',
  'system.session-end',
  'store.recovered',
  'setting.changed',
  'keys.followed',
  'keys.refused',
  'checkup.bundle',
  'audit.verified',
  'audit.exported',
] as const;
export type AuditAct = (typeof AUDIT_ACTS)[number];

/** A ticket's act is named after the state that it came to. */
export const ticketAct = (state: TicketState): AuditAct => `ticket.${state}`;

/** The groups of acts, as people look for them. */
export const AUDIT_GROUPS = ['people', 'residents', 'packets', 'station'] as const;
export type AuditGroup = (typeof AUDIT_GROUPS)[number];

const GROUP_OF: Readonly<Record<string, AuditGroup>> = {
  ...{ session: 'people', account: 'people', second: 'people', training: 'people' },
  ...{ packet: 'packets', reconcile: 'packets', journal: 'packets', courier: 'packets', takeover: 'packets' },
  ...{ station: 'station', system: 'station', store: 'station', setting: 'station', keys: 'station' },
  ...{ checkup: 'station', day: 'station', outages: 'station', audit: 'station', recovery: 'station' },
  ...{ progress: 'station' },
};

export function groupOf(act: AuditAct): AuditGroup {
  return GROUP_OF[act.split('.')[0] ?? ''] ?? 'residents';
}

/** An exported log: one entry a line, and its head, signed. */
export const AUDIT_FILE = 'audit.jsonl';
export const AUDIT_HEAD_FILE = 'kepala-audit.jws';

/** Payload of the head's JWS, by the station's key as `rekam-audit+jws`. */
export const auditHeadSchema = z.strictObject({
  v: z.literal(1),
  stationId: stationIdSchema,
  /** Number of the last entry. */
  entries: z.int().min(0),
  /** Hash of the last entry. */
  head: sha256Schema,
  /** Of the file of entries. */
  sha256: sha256Schema,
  size: z.int().min(0),
  exportedAt: instantSchema,
});
export type AuditHead = z.infer<typeof auditHeadSchema>;
