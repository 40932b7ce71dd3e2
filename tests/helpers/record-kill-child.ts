// Records resident after resident on a real file until somebody kills it. What it says on standard output is what a
// person at the desk would have been told: `draft` and `recorded` only once the call has returned.
// argv: file with the handed-over store, mode (`true`, or a planted mistake: `early` tells before the commit, `unsynced`
// commits without a sync). Begins when a line comes in, so that start-up is out of the way.
import { readFileSync, readSync, writeSync } from 'node:fs';
import { createIntake } from '../../main/intake/record.ts';
import type { Database } from '../../main/store/database.ts';
import { completeDraft, takeOver, TEST_DATE, TEST_NOW, testCaptures } from './store.ts';

const CHECKPOINT_EVERY = 4;

const [, , handedOver = '', mode = 'true'] = process.argv;
const text = readFileSync(handedOver, 'utf8');
say('ready');
readSync(0, Buffer.alloc(16));

const store = takeOver(text);
if (mode === 'unsynced') store.db.pragma('synchronous = NORMAL');
const intake = createIntake(announced(store.db), store.stationKey).intake;
store.api.station.begin(TEST_NOW);
say('open');
// Drafts that the kill before left come first, as a person would take them up again.
const begun = store.api.drafts.list().map(({ nik }) => nik);
const done = new Set(store.db.all<{ nik: string }>('SELECT nik FROM enrollment').map(({ nik }) => nik));
const todo = [...begun, ...store.niks.filter((nik) => !done.has(nik) && !begun.includes(nik))];
for (const nik of todo) {
  const draft = await completeDraft(store, nik, { captures: testCaptures(undefined, 1500) });
  say(`draft ${draft.packetId} ${draft.revision}`);
  // The planted mistake: the person is told before it is so.
  if (mode === 'early') say(`recorded ${draft.packetId}`);
  const { packetId, revision } = draft;
  const recorded = await intake.record({
    packetId,
    revision,
    by: store.operator,
    now: TEST_NOW,
    date: TEST_DATE,
  });
  if (mode !== 'early') say(`recorded ${recorded.packetId}`);
  // As main does while nobody is at the desk.
  if (done.size % CHECKPOINT_EVERY === 0) store.db.checkpoint();
  done.add(nik);
}
say('out');

/** So that a kill can be aimed at the transaction itself, which is short beside the rest. */
function announced(db: Database): Database {
  return {
    ...db,
    write: (act) => {
      say('commit');
      return db.write(act);
    },
  };
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
