// A station at one kind of work, on a real file, until somebody kills it. What it says on standard output is what a person
// at the desk would have been told: `draft`, `recorded`, `received` and so on only once the call has returned, `commit`
// as the transaction of a record begins, `write` as any other does.
// argv: file with the handed-over store, the job, the mode. Begins when a line comes in, so that start-up is out of the
// way.
import { existsSync, readFileSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { PacketId } from '../../app/ids.ts';
import { JWS_TYPES, type Receipt } from '../../app/sync/protocol.ts';
import { createCopies } from '../../main/intake/copies.ts';
import { createIntake } from '../../main/intake/record.ts';
import { signJws } from '../../main/security/sign.ts';
import type { StoreApi } from '../../main/store/api.ts';
import { openDatabase, type Database } from '../../main/store/database.ts';
import { migrate } from '../../main/store/migrate.ts';
import { localStore } from '../../main/store/remote.ts';
import { createStore } from '../../main/store/store.ts';
import type { Transport } from '../../main/sync/api.ts';
import { Courier } from '../../main/sync/courier/courier.ts';
import { createSyncEngine } from '../../main/sync/engine.ts';
import { Mirror } from '../../main/sync/mirror/mirror.ts';
import { createTransport } from '../../main/sync/transport.ts';
import type { KilledAt, Mode } from './kill.ts';
import { completeDraft, takeOver, TEST_DATE, TEST_NOW, testCaptures, type TestStore } from './store.ts';

const CHECKPOINT_EVERY = 4;
const DAY_MS = 24 * 60 * 60_000;
/** Packets that a round of purge or courier works on. */
const ROUND = 4;
const quiet = () => {};
const LOG = { info: quiet, warn: quiet, error: quiet };

const [, , handedOver = '', job = 'record', mode = 'true'] = process.argv as [
  string,
  string,
  string?,
  KilledAt?,
  Mode?,
];
const text = readFileSync(handedOver, 'utf8');
/** Beside the store: the sync center's time is today, all else happens on the day of the tests. */
const given = JSON.parse(text) as { today?: { now: number; date: string }; partBytes?: number };
const { now, date } = given.today ?? { now: TEST_NOW, date: TEST_DATE };
let todo: string[] | null = null;
let recordedHere = 0;
say('ready');
readSync(0, Buffer.alloc(16));

if (job === 'migration') migration();
else {
  const store = announcing(takeOver(text));
  if (mode === 'unsynced') store.db.pragma('synchronous = NORMAL');
  store.api.station.begin(now);
  say('open');
  switch (job) {
    case 'record':
      for (;;) await recordNext(store);
    case 'sync':
      await sync(store);
      break;
    case 'purge':
      for (;;) await purgeRound(store);
    case 'mirror':
      await mirror(store);
      break;
    case 'courier':
      await courier(store);
      break;
  }
}

/** The store as it is, but each transaction is told ahead: a kill can be aimed at it, short as it is beside the rest. */
function announcing(test: TestStore): TestStore {
  const telling = (what: string): Database => ({
    ...test.db,
    write: (act) => {
      say(what);
      return test.db.write(act);
    },
  });
  const db = telling('write');
  const api = spoiled(createStore(db), test.db);
  const { intake } = createIntake(telling('commit'), test.stationKey);
  const { copies } = createCopies(db, { station: test.stationKey, database: test.key, nativeBinding: null });
  // Planted: a copy counts before it is there.
  const entry: typeof copies.entry = (packetId, recovery) => {
    if (mode === 'early') api.mirror.done(packetId, now);
    say('copying');
    return copies.entry(packetId, recovery);
  };
  return { ...test, db, api, intake, store: localStore({ ...api, intake, copies: { ...copies, entry } }) };
}

/** Says what a person would be told of receipts; the planted mistakes about them are here. */
function spoiled(api: StoreApi, db: Database): StoreApi {
  return {
    ...api,
    outbox: {
      ...api.outbox,
      received: (receipts) => {
        const tell = () => receipts.forEach(({ packetId }) => say(`received ${packetId}`));
        // Planted: told, and then written.
        if (mode === 'early') tell();
        // Planted: the state in one transaction, the receipt in another.
        if (mode === 'torn') {
          for (const { packetId, receivedAt } of receipts) {
            db.write((tx) => {
              tx.run(
                "UPDATE packet SET state = 'received', received_at = ? WHERE packet_id = ?",
                receivedAt,
                packetId,
              );
              tx.run('UPDATE outbox SET waiting = 0 WHERE packet_id = ?', packetId);
            });
          }
          say('torn');
        }
        api.outbox.received(receipts);
        if (mode !== 'early') tell();
      },
    },
  };
}

/** Records one more resident. Drafts that the kill before left come first, as a person would take them up again. */
async function recordNext(store: TestStore): Promise<PacketId> {
  if (todo === null) {
    const begun = store.api.drafts.list().map(({ nik }) => nik);
    // An enrollment forgets its NIK with the rest of the person; the ticket keeps it.
    const served = store.db.all<{ nik: string }>("SELECT nik FROM ticket WHERE state = 'done'");
    const done = new Set(served.map(({ nik }) => nik));
    todo = [...begun, ...store.niks.filter((nik) => !done.has(nik) && !begun.includes(nik))];
  }
  const nik = todo.shift();
  if (nik === undefined) {
    say('out');
    process.exit(0);
  }
  const captures = testCaptures(undefined, given.partBytes ?? 1500);
  const draft = await completeDraft(store, nik, { captures, now, date });
  const { packetId, revision } = draft;
  say(`draft ${packetId} ${revision}`);
  // Planted: the person is told before it is so.
  if (mode === 'early') say(`recorded ${packetId}`);
  await store.intake.record({ packetId, revision, by: store.operator, now, date });
  if (mode !== 'early') say(`recorded ${packetId}`);
  recordedHere += 1;
  // As main does while nobody is at the desk.
  if (recordedHere % CHECKPOINT_EVERY === 0) store.db.checkpoint();
  return packetId;
}

/** Uploads to a real center; says `sending` when the network took the first bytes of a packet. */
async function sync(store: TestStore): Promise<void> {
  const record = store.api.station.record();
  if (record === null) throw new Error('not activated');
  const link = createTransport({ baseUrl: record.centerUrl, caPem: record.caPem });
  const transport: Transport = {
    close: () => link.close(),
    send: (request) => {
      if (request.body === undefined || !request.target.startsWith('/v1/packets')) return link.send(request);
      let isTold = false;
      const onSent = (bytes: number): void => {
        if (!isTold) {
          // Planted: once bytes have left, nothing waits for a receipt.
          if (mode === 'early') store.db.write((tx) => tx.run('UPDATE outbox SET waiting = 0'));
          say('sending');
        }
        isTold = true;
        request.onSent?.(bytes);
      };
      return link.send({ ...request, onSent });
    },
  };
  const { stationKey } = store;
  const engine = createSyncEngine({ store: store.store, record, stationKey, transport, log: LOG });
  engine.start();
  for (;;) {
    await recordNext(store);
    await engine.syncNow();
    say('synced');
  }
}

/** A receipt as the center would sign it. */
function receiptOf(store: TestStore, packetId: PacketId): string {
  const row = store.db.get<{ sequence: number; manifest_sha256: string; sha256: string; size: number }>(
    'SELECT sequence, manifest_sha256, sha256, size FROM packet WHERE packet_id = ?',
    packetId,
  );
  if (row === undefined) throw new Error('no such packet');
  const receipt = {
    ...{ v: 1, packetId, stationId: store.activation.stationId, sequence: row.sequence },
    ...{ manifestSha256: row.manifest_sha256, sha256: row.sha256, size: row.size },
    receivedAt: new Date(now).toISOString(),
  } as Receipt;
  return signJws(JWS_TYPES.receipt, store.center.receiptKid, receipt, store.center.receiptKey);
}

/** Records some, has them received and accepted, and lets their bytes go. */
async function purgeRound(store: TestStore): Promise<void> {
  const { outbox } = store.api;
  const ids: PacketId[] = [];
  for (let count = 0; count < ROUND; count += 1) ids.push(await recordNext(store));
  // Planted: bytes go before there is a receipt.
  if (mode === 'early') {
    store.db.write((tx) => {
      for (const id of ids) {
        tx.run('DELETE FROM packet_blob WHERE packet_id = ?', id);
        tx.run('UPDATE packet SET purged_at = ? WHERE packet_id = ?', now, id);
      }
    });
    say('purged');
  }
  outbox.received(
    ids.map((packetId) => ({ packetId, receipt: receiptOf(store, packetId), receivedAt: now })),
  );
  const decidedAt = new Date(now).toISOString();
  outbox.outcomes(
    ids.map((packetId) => ({ packetId, verdict: 'accepted', remedy: null, reasons: [], decidedAt })),
    String(recordedHere),
    now,
  );
  while (outbox.purge(now + 31 * DAY_MS, 30 * DAY_MS) > 0) say('purged');
}

/** Records, and copies each at once to the second disk that was chosen before. */
async function mirror(store: TestStore): Promise<void> {
  let behind = quiet;
  const copier = new Mirror({
    store: store.store,
    record: () => store.store.station.record(),
    stationKey: store.stationKey,
    dataDir: store.dir,
    now: () => now,
    changed: () => behind(),
    restored: quiet,
    log: LOG,
  });
  copier.start();
  for (;;) {
    await recordNext(store);
    copier.wake();
    while (store.api.mirror.behind() > 0) await new Promise<void>((resolve) => (behind = resolve));
    say('mirrored');
  }
}

/** Records some and takes in a file of receipts for them, the one that a kill interrupted first. */
async function courier(store: TestStore): Promise<void> {
  const file = join(store.dir, 'tanda-terima.jsonl');
  const carrier = new Courier({
    store: store.store,
    record: () => store.store.station.record(),
    stationKey: store.stationKey,
    now: () => now,
    changed: quiet,
    log: LOG,
  });
  if (existsSync(file)) await carrier.receipts(file);
  for (;;) {
    const ids: PacketId[] = [];
    for (let count = 0; count < ROUND; count += 1) ids.push(await recordNext(store));
    const lines = ids.map((id) => JSON.stringify({ type: 'receipt', receipt: receiptOf(store, id) }));
    // Whole or not there: the file is the center's, and a kill of the station does not cut it.
    writeFileSync(`${file}.part`, `${lines.join('\n')}\n`);
    renameSync(`${file}.part`, file);
    say('importing');
    await carrier.receipts(file);
    say('imported');
  }
}

/** Brings an old database to the newest schema, and stays there until the kill. */
function migration(): void {
  const { file, key } = JSON.parse(text) as { file: string; key: string };
  const db = openDatabase({ file, key: Buffer.from(key, 'hex'), nativeBinding: null });
  if (mode === 'unsynced') db.pragma('synchronous = NORMAL');
  // Planted: the version is written behind the transaction that it speaks of.
  let behind: string | null = null;
  migrate({
    ...db,
    write: (act) => {
      say('commit');
      const result = db.write(act);
      if (behind !== null) say('torn');
      if (behind !== null) db.pragma(behind);
      return result;
    },
    pragma: (name) => {
      if (mode !== 'torn' || !name.startsWith('user_version =')) return db.pragma(name);
      behind = name;
      return null;
    },
  });
  say('migrated');
  readSync(0, Buffer.alloc(16));
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
