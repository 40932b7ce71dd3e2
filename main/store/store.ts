import { createAccountStore } from './accounts.ts';
import type { StoreApi } from './api.ts';
import { createAuditStore } from './audit.ts';
import type { Database } from './database.ts';
import { createDayStore } from './days.ts';
import { createDeskStore } from './desk.ts';
import { createDraftRestore } from './draft-restore.ts';
import { createDraftStore } from './drafts.ts';
import { createFindingStore } from './findings.ts';
import { createJournalStore } from './journal.ts';
import { createOutageStore } from './outages.ts';
import { createOutboxStore } from './outbox.ts';
import { createProgressStore } from './progress.ts';
import { createReferenceStore } from './reference.ts';
import { createResidentStore } from './residents.ts';
import { createReviewStore } from './reviews.ts';
import { createScheduleStore } from './schedule.ts';
import { createSlipStore } from './slips.ts';
import { atBorder } from './sqlite-errors.ts';
import { createMirrorStore } from './mirror.ts';
import { createRecoveryStore } from './recovery.ts';
import { createStationStore } from './station.ts';
import { createTakeoverStore } from './takeovers.ts';
import { createTaskStore } from './tasks.ts';

/** The store over an open, migrated database. Whatever SQLite throws leaves it as a RekamError where it has one. */
export function createStore(db: Database): StoreApi {
  return {
    station: bordered(createStationStore(db)),
    accounts: bordered(createAccountStore(db)),
    residents: bordered(createResidentStore(db)),
    desk: bordered(createDeskStore(db)),
    drafts: bordered({ ...createDraftStore(db), ...createDraftRestore(db) }),
    outbox: bordered(createOutboxStore(db)),
    tasks: bordered(createTaskStore(db)),
    reviews: bordered(createReviewStore(db)),
    journal: bordered(createJournalStore(db)),
    reference: bordered(createReferenceStore(db)),
    outages: bordered(createOutageStore(db)),
    progress: bordered(createProgressStore(db)),
    days: bordered(createDayStore(db)),
    schedule: bordered(createScheduleStore(db)),
    findings: bordered(createFindingStore(db)),
    audit: bordered(createAuditStore(db)),
    slips: bordered(createSlipStore(db)),
    mirror: bordered(createMirrorStore(db)),
    recovery: bordered(createRecoveryStore(db)),
    takeovers: bordered(createTakeoverStore(db)),
  };
}

function bordered<G extends object>(group: G): G {
  const wrapped = Object.entries(group).map(([name, method]) => [
    name,
    (...args: unknown[]): unknown => atBorder(() => (method as (...args: unknown[]) => unknown)(...args)),
  ]);
  return Object.fromEntries(wrapped) as G;
}
