import { z } from 'zod';
import { AUDIT_GROUPS } from '../desk/audit.ts';
import { PASSWORD_MAX } from '../desk/password.ts';
import { accountIdSchema, instantSchema, sha256Schema } from '../ids.ts';

/** Who confirms with the caller: name and password go to main within the call that they are for, and stay nowhere. */
export const secondPersonSchema = z.strictObject({
  username: z.string().max(60),
  password: z.string().max(PASSWORD_MAX),
});
export type SecondPerson = z.infer<typeof secondPersonSchema>;

export const accountRowSchema = z.object({
  accountId: accountIdSchema,
  username: z.string(),
  name: z.string(),
  role: z.enum(['operator', 'supervisor']),
  mustChange: z.boolean(),
  /** Seconds until it may log in again; 0 when it is not locked. */
  lockedSeconds: z.int().min(0),
});
export type AccountRow = z.infer<typeof accountRowSchema>;

/** Null takes all. Dates are of the desk, both included. */
export const auditFilterSchema = z.strictObject({
  by: accountIdSchema.nullable(),
  group: z.enum(AUDIT_GROUPS).nullable(),
  from: z.iso.date().nullable(),
  to: z.iso.date().nullable(),
});
export type AuditFilter = z.infer<typeof auditFilterSchema>;

export const auditRowSchema = z.object({
  sequence: z.int().positive(),
  /** By the station's own clock. */
  at: instantSchema,
  /** Null: the station by itself. */
  by: z.string().nullable(),
  /** From AUDIT_ACTS; what a later version wrote may be none of them. */
  what: z.string(),
  /** Number of the packet, name of the account, NIK or setting that it is about. */
  about: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('packet'), number: z.int().positive() }),
      z.object({ kind: z.literal('account'), name: z.string() }),
      z.object({ kind: z.literal('nik'), nik: z.string() }),
      z.object({ kind: z.literal('setting'), key: z.string() }),
    ])
    .nullable(),
  detail: z.string().nullable(),
});
export type AuditRow = z.infer<typeof auditRowSchema>;

export const auditVerdictSchema = z.object({
  entries: z.int().min(0),
  head: sha256Schema,
  /** The first entry that does not follow from the one before it. */
  brokenAt: z.int().positive().nullable(),
  /** Packets whose manifest names a head of this chain, and it is there. */
  anchored: z.int().min(0),
  /** Recorded before this database was built anew: their chain is in the old file. */
  older: z.int().min(0),
  /** Numbers of packets whose manifest names a head that is not where it should be, the lowest first, never more than 20. */
  mismatched: z.array(z.int().positive()),
});
export type AuditVerdict = z.infer<typeof auditVerdictSchema>;

export const auditExportSchema = z.object({
  folder: z.string(),
  entries: z.int().min(0),
  /** Null when the chain that was written holds. */
  brokenAt: z.int().positive().nullable(),
});
export type AuditExport = z.infer<typeof auditExportSchema>;
