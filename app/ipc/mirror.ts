import { z } from 'zod';
import { instantSchema } from '../ids.ts';

/**
 * looking: nobody has looked since the start · none: no folder chosen · ok: every packet has a verified copy · behind: copying · lost: not there, or not ours ·
 * full: no room · failing: there, but does not give back what was written.
 */
export const MIRROR_STATES = ['looking', 'none', 'ok', 'behind', 'lost', 'full', 'failing'] as const;
export type MirrorState = (typeof MIRROR_STATES)[number];

export const mirrorStatusSchema = z.object({
  state: z.enum(MIRROR_STATES),
  /** Packets without a verified second copy. */
  behind: z.int(),
  /** Where; null when none was chosen. */
  folder: z.string().nullable(),
  /** Since when it is lost, full or failing. */
  since: instantSchema.nullable(),
  /** When a copy was last read back whole. */
  copiedAt: instantSchema.nullable(),
  /** On the disk that holds the station's own data: no help when that disk dies. */
  sameDisk: z.boolean(),
  /** The desk's rows are sealed to the kecamatan's recovery key; false until the center has given one. */
  recoverable: z.boolean(),
});
export type MirrorStatus = z.infer<typeof mirrorStatusSchema>;

/** None chosen. */
export const NO_MIRROR: MirrorStatus = {
  ...{ state: 'none', behind: 0, folder: null, since: null },
  ...{ copiedAt: null, sameDisk: false, recoverable: false },
};

/** What the status says of the second copy while a station starts. */
export const MIRROR_UNSEEN: MirrorStatus = { ...NO_MIRROR, state: 'looking' };

/** What became of the station when its database was found damaged and built anew. */
export const recoverySchema = z.object({
  at: instantSchema,
  /** damaged · gone · behind: the newest recordings were missing from it. */
  why: z.enum(['damaged', 'gone', 'behind']),
  /** Folder beside the database that holds the old one. */
  setAside: z.string().nullable(),
  /** Packets that the old file still gave, and those from the second copy. */
  fromFile: z.int(),
  fromMirror: z.int(),
  drafts: z.int(),
  /** Of them without name and NIK, until the center tells. */
  rowless: z.int(),
  /** On the mirror, and damaged there or under a number that was given again. */
  left: z.int(),
});
export type Recovery = z.infer<typeof recoverySchema>;
