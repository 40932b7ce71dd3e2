import { RekamError } from '../../app/errors.ts';
import type { Database } from './database.ts';
import { atBorder } from './sqlite-errors.ts';
import * as station from './migrations/001-station.ts';
import * as slip from './migrations/002-slip.ts';
import * as correction from './migrations/003-correction.ts';
import * as arrival from './migrations/004-arrival.ts';
import * as finding from './migrations/005-finding.ts';
import * as amendment from './migrations/006-amendment.ts';
import * as residentName from './migrations/007-resident-name.ts';
import * as recorded from './migrations/008-recorded.ts';
import * as mirror from './migrations/009-mirror.ts';
import * as account from './migrations/010-account.ts';
import * as erased from './migrations/011-erased.ts';
import * as takeover from './migrations/012-takeover.ts';
import * as peer from './migrations/013-peer.ts';
import * as peerState from './migrations/014-peer-state.ts';
import * as progress from './migrations/015-progress.ts';
import * as find from './migrations/016-find.ts';
import * as dayClose from './migrations/017-day-close.ts';
import * as schedule from './migrations/018-schedule.ts';
import * as outages from './migrations/019-outages.ts';
import * as review from './migrations/020-review.ts';
import * as lists from './migrations/021-lists.ts';

export interface Migration {
  /** From 1, without gaps. */
  readonly version: number;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  station,
  slip,
  correction,
  arrival,
  finding,
  amendment,
  residentName,
  recorded,
  mirror,
  account,
  erased,
  takeover,
  peer,
  peerState,
  progress,
  find,
  dayClose,
  schedule,
  outages,
  review,
  lists,
];

/**
 * Brings the schema up to the newest version, each step applied and recorded in one transaction: one that fails leaves
 * the database as the step before it made it.
 * @throws RekamError `store.newer` for a database that a later version of the station made; nothing is changed then
 */
export function migrate(db: Database, migrations: readonly Migration[] = MIGRATIONS): void {
  atBorder(() => {
    const current = Number(db.pragma('user_version'));
    if (current > migrations.length) throw new RekamError('store.newer');
    for (const migration of migrations.slice(current)) {
      db.write(() => {
        db.exec(migration.sql);
        db.pragma(`user_version = ${migration.version}`);
      });
    }
  });
}
