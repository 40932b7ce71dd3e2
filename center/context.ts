import type { Logger } from 'pino';
import type { Admission } from './admission.ts';
import type { BlobStore } from './blobs.ts';
import type { Db } from './database.ts';
import type { Ears } from './ears.ts';
import type { Intake } from './intake/intake.ts';
import type { CenterKeys } from './keys.ts';
import type { Stations } from './stations.ts';
import type { UploadLocks } from './uploads/locks.ts';

/** What every part of a running center works with. */
export interface Context {
  readonly db: Db;
  readonly ears: Ears;
  readonly keys: CenterKeys;
  readonly blobs: BlobStore;
  /** Folder of the uploads under way; on the same file system as the blobs, since a finished one is renamed. */
  readonly uploads: string;
  readonly locks: UploadLocks;
  readonly stations: Stations;
  readonly admission: Admission;
  readonly intake: Intake;
  readonly log: Logger;
  /** The data folder, for the recovery keys. */
  readonly data: string;
  /** As activation codes carry it. */
  readonly caFingerprint: string;
  /** False while the center takes no packets (maintenance); everything else goes on. */
  accepting: boolean;
}
