import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { createIntake } from '../../main/intake/record.ts';
import type { Database } from '../../main/store/database.ts';
import {
  completeDraft,
  openTestStore,
  TEST_DATE,
  TEST_NOW,
  testCaptures,
  type TestStore,
} from '../helpers/store.ts';
import type { Area, Found } from './goals.ts';
import { inFolder, median, ms, quantile, timed } from './measure.ts';
import { openPouch } from './pouch.ts';

/** As one enrollment of the field: sixteen parts, 412 KB in all. */
export const PART_BYTES = 25_600;
export const PAYLOAD_BYTES = 16 * PART_BYTES + 2_700;
/** Enough that the worst hundredth is more than a handful. */
const ROUNDS = 1_200;
/** PouchDB is an order of magnitude slower; its median needs no p99. */
const POUCH_EVERY = 24;
const WARM_UP = 10;

export const storage: Area = {
  name: 'storage',
  measures: ['commit-p50', 'commit-p99', 'record-p50', 'commit-pouchdb'],
  run: () => inFolder(measure),
};

/** In turn: raw append + fsync of as many bytes, our record with the commit inside it, and PouchDB's put. */
async function measure(folder: string): Promise<Found> {
  const raw: number[] = [];
  const records: number[] = [];
  const commits: number[] = [];
  const puts: number[] = [];
  const test = await openTestStore({ residents: ROUNDS + WARM_UP });
  const pouch = openPouch(folder, 'pouch', PAYLOAD_BYTES);
  const file = openSync(path.join(test.dir, 'raw'), 'a');
  try {
    const desk = recorder(test);
    for (const [round, nik] of test.niks.entries()) {
      const { record, commit, size } = await desk(nik);
      const bytes = randomBytes(size);
      const [append] = await timed(() => {
        writeSync(file, bytes);
        fsyncSync(file);
      });
      if (round < WARM_UP) continue;
      records.push(record);
      commits.push(commit);
      raw.push(append);
      if (round % POUCH_EVERY === 0) puts.push((await timed(() => pouch.put()))[0]);
    }
  } finally {
    closeSync(file);
    await pouch.close();
    test.destroy();
  }
  return {
    ratios: {
      'commit-p50': median(commits) / median(raw),
      'commit-p99': quantile(commits, 0.99) / quantile(raw, 0.99),
      'record-p50': median(records) / median(raw),
      'commit-pouchdb': median(puts) / median(commits),
    },
    beside: [
      ['raw append + fsync p50, p99', `${ms(median(raw))}, ${ms(quantile(raw, 0.99))}`],
      ['commit p50, p99', `${ms(median(commits))}, ${ms(quantile(commits, 0.99))}`],
      ['record p50, p99', `${ms(median(records))}, ${ms(quantile(records, 0.99))}`],
      ['PouchDB put p50 (not durable)', ms(median(puts))],
    ],
  };
}

interface Recorded {
  readonly record: number;
  /** Of it, the one transaction that makes the record durable. */
  readonly commit: number;
  readonly size: number;
}

function recorder(test: TestStore): (nik: string) => Promise<Recorded> {
  let commit = 0;
  const watched: Database = {
    ...test.db,
    write: (act) => {
      const start = performance.now();
      const result = test.db.write(act);
      commit = performance.now() - start;
      return result;
    },
  };
  const { intake } = createIntake(watched, test.stationKey);
  return async (nik) => {
    const captures = testCaptures(undefined, PART_BYTES);
    const draft = await completeDraft(test, nik, { captures, change: { approval: null } });
    // As at the desk: the worker tidies up while the enrollment is looked over; then the approval, and the record.
    test.db.checkpoint();
    const approval = { at: new Date(TEST_NOW).toISOString(), by: 'touch' } as const;
    const revision = draft.revision + 1;
    test.api.drafts.commit({ ...draft, revision, approval }, [], TEST_NOW);
    const input = {
      packetId: draft.packetId,
      revision,
      by: test.operator,
      now: TEST_NOW,
      date: TEST_DATE,
    };
    const [record] = await timed(() => intake.record(input));
    const sealed = test.api.outbox.sealed(draft.packetId);
    return { record, commit, size: sealed?.length ?? 0 };
  };
}
