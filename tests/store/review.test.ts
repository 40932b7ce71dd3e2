import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ReviewMode } from '../../app/desk/review.ts';
import type { Draft } from '../../app/desk/draft.ts';
import type { PacketId } from '../../app/ids.ts';
import { manifestSchema, type Outcome } from '../../app/sync/protocol.ts';
import { mend } from '../helpers/mend.ts';
import {
  completeDraft,
  handOver,
  openTestStore,
  recordDraft,
  recordResident,
  takeOver,
  TEST_DATE,
  TEST_NOW as NOW,
  type TestStore,
} from '../helpers/store.ts';

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore({ residents: 40 });
});
afterEach(() => {
  if (store.api.audit.verify() !== null) throw new Error('the audit chain is broken');
  store.destroy();
});

const MINUTE = 60_000;
/** In the usual time: nothing speaks against it. */
const calm: Partial<Draft> = { startedAt: new Date(NOW - 5 * MINUTE).toISOString() };
const use = (mode: ReviewMode) =>
  store.api.station.setByHand('review', JSON.stringify(mode), store.supervisor.accountId, NOW);
const record = async (index: number, change: Partial<Draft> = calm, now = NOW): Promise<PacketId> =>
  (await recordResident(store, store.niks[index] ?? '', { change, now })).packetId;
const stateOf = (packetId: PacketId) => store.api.outbox.packet(packetId).row.state;
const by = () => store.supervisor.accountId;
const waiting = () => store.api.reviews.list('waiting', by()).rows;
const approve = (...ids: PacketId[]) => store.api.reviews.approve(ids, by(), NOW);
const giveBack = (packetId: PacketId, reason = 'Foto bukan orangnya') =>
  store.api.reviews.return(packetId, reason, by(), NOW);
const receive = (packetId: PacketId) =>
  store.api.outbox.received([{ packetId, receipt: `a.${packetId}.z`, receivedAt: NOW }]);
const due = () => store.api.outbox.due(NOW, 50, true).map(({ packetId }) => packetId);
const acts = (packetId: PacketId) => store.api.outbox.packet(packetId).history.map(({ act }) => act);
const manifestOf = (packetId: PacketId) => {
  const row = store.db.get<{ manifest: string }>('SELECT manifest FROM packet WHERE packet_id = ?', packetId);
  return manifestSchema.parse(
    JSON.parse(Buffer.from(row?.manifest.split('.')[1] ?? '', 'base64url').toString('utf8')),
  );
};

describe('a packet that a supervisor has to see', () => {
  test('is recorded like any other, and goes nowhere: no attempt, no disk, after a restart neither', async () => {
    use('all');
    const id = await record(0);
    expect(stateOf(id)).toBe('review');
    for (const again of [false, true]) {
      if (again) store = store.reopen();
      store.api.station.begin(NOW);
      expect(due()).toEqual([]);
      expect(store.api.outbox.waiting(Number.MIN_SAFE_INTEGER, 50)).toEqual([]);
      expect(store.api.outbox.lease(id, NOW, MINUTE)).toBeNull();
      expect(store.api.outbox.nextDueAt()).toBeNull();
      for (const act of [
        () => store.api.outbox.retry(id, by(), NOW),
        () => store.api.outbox.release(id, by(), NOW),
        () => store.api.outbox.holdByHand(id, 'Tunggu', by(), NOW),
        () => store.api.outbox.hold(id, 'refused', 'x', NOW),
      ])
        expect(act).toThrow('packet.state');
    }
    expect(stateOf(id)).toBe('review');
    // The slip is printed, the resident counts, the office hears of it, and the second copy is made.
    expect(store.api.slips.open(id).sequence).toBe(1);
    expect(store.api.residents.byNik(store.niks[0] ?? '')?.recorded).toMatchObject({ where: 'here' });
    expect(store.api.journal.pending(50).some(({ fact }) => fact?.type === 'recorded')).toBe(true);
    expect(store.api.mirror.due(Number.MIN_SAFE_INTEGER, 9).map(({ packetId }) => packetId)).toEqual([id]);
    expect(store.api.outbox.summary(NOW)).toMatchObject({
      ...{ waiting: 0, review: 1, held: 0, received: 0, tasks: 0, recordedToday: 1 },
    });
    expect(store.api.outbox.backlog()).toEqual({ waiting: 0, waitingBytes: 0, review: 1 });
    expect(store.api.outbox.list('review', 0, 9).rows.map(({ packetId }) => packetId)).toEqual([id]);
    expect(store.api.outbox.list('held', 0, 9).total).toBe(0);
  });

  test('is counted on the day’s sheet as that, and is no difference to be explained', async () => {
    use('all');
    await record(0);
    giveBack(await record(1));
    expect(store.api.days.read(TEST_DATE).packets).toMatchObject({
      ...{ recorded: 2, waiting: 0, review: 1, returned: 1, held: 0 },
    });
    const center = { missing: store.api.outbox.range(1, 2).map(({ packetId }) => packetId) };
    store.api.outbox.reconciled(
      { ...center, unknown: [], mismatched: [], gaps: [] },
      { from: 1, to: 2 },
      NOW,
    );
    expect(store.api.findings.latest(9)).toEqual([]);
    expect(store.api.days.read(TEST_DATE).found).toMatchObject({ missing: 0, gap: 0 });
  });

  test('is chosen by the setting at the moment it is recorded, and by nothing later', async () => {
    const first = await record(0);
    use('all');
    const second = await record(1);
    use('off');
    const third = await record(2);
    expect([first, second, third].map(stateOf)).toEqual(['recorded', 'review', 'recorded']);
    // Turned off, what waits still waits and is still listed.
    expect(waiting().map(({ packetId }) => packetId)).toEqual([second]);
    expect(due()).toEqual([first, third]);
  });

  test('is under a sample whatever has a risk, and of the others only some', async () => {
    use('sample');
    const risky = await record(0, { startedAt: new Date(NOW - MINUTE).toISOString() });
    expect(waiting()).toMatchObject([{ packetId: risky, risks: [{ code: 'fast' }] }]);
    const others: PacketId[] = [];
    for (let index = 1; index < 40; index += 1) others.push(await record(index));
    const seen = others.filter((id) => stateOf(id) === 'review');
    // Of 39 by one in ten: none or more than half would be a matter of one in sixty, or of nothing.
    expect(seen.length).toBeLessThan(20);
    expect(due()).toHaveLength(others.length - seen.length);
    expect(waiting().map(({ risks }) => risks.length)).toEqual([1, ...seen.map(() => 0)]);
  });

  test('that has a risk stands before the others, then the oldest', async () => {
    use('all');
    const ids = [await record(0, calm, NOW), await record(1, calm, NOW + 1), await record(2, {}, NOW + 2)];
    const other = { change: { startedAt: new Date(NOW).toISOString() }, now: NOW + 3 };
    ids.push((await recordResident(store, store.niks[3] ?? '', other)).packetId);
    expect(waiting().map(({ packetId }) => packetId)).toEqual([ids[2], ids[3], ids[0], ids[1]]);
    expect(waiting()[2]).toMatchObject({
      ...{ sequence: 1, kind: 'enrollment', operator: store.operator.name, isOwn: false, returned: null },
    });
    const { biodata, photo } = store.api.reviews.open(ids[0]!);
    expect([biodata.nik, photo?.slice(0, 2)]).toEqual([store.niks[0], new Uint8Array([0xff, 0xd8])]);
  });

  test('is there with its review or not at all', async () => {
    use('all');
    const draft = await completeDraft(store, store.niks[0] ?? '');
    store.db.exec(`CREATE TRIGGER no_review BEFORE INSERT ON review BEGIN SELECT RAISE(ABORT, 'cut'); END`);
    await expect(recordDraft(store, draft)).rejects.toThrow('cut');
    expect(store.db.get('SELECT count(*) AS n FROM packet')).toEqual({ n: 0 });
    expect(store.api.drafts.list().map(({ packetId }) => packetId)).toEqual([draft.packetId]);
    store.db.exec('DROP TRIGGER no_review');
    const { packetId } = await recordDraft(store, draft);
    expect(stateOf(packetId)).toBe('review');
    // Told again, it is not put before anybody twice.
    approve(packetId);
    await recordDraft(store, draft);
    expect(stateOf(packetId)).toBe('recorded');
  });
});

describe('the decision', () => {
  beforeEach(() => use('all'));

  test('lets one go, once, and stands in its story', async () => {
    const id = await record(0);
    store.api.mirror.done(id, NOW);
    approve(id);
    expect(due()).toEqual([id]);
    expect(acts(id)).toEqual(['approved', 'recorded']);
    expect(() => approve(id)).toThrow('packet.state');
    expect(() => giveBack(id)).toThrow('packet.state');
    expect(() => store.api.reviews.open(id)).toThrow('packet.state');
    expect(waiting()).toEqual([]);
    // Its second copy says that it waits: it is written anew.
    expect(store.api.mirror.due(0, 9).map(({ packetId }) => packetId)).toEqual([id]);
    receive(id);
    expect(stateOf(id)).toBe('received');
  });

  test('is nobody’s about a recording of their own', async () => {
    const draft = await completeDraft(store, store.niks[0] ?? '', { change: calm });
    const { packetId } = await store.store.intake.record({
      ...{ packetId: draft.packetId, revision: draft.revision, now: NOW, date: TEST_DATE },
      by: store.supervisor,
    });
    const other = await record(1);
    expect(waiting().map(({ isOwn }) => isOwn)).toEqual([true, false]);
    expect(() => approve(packetId)).toThrow('review.own');
    expect(() => approve(other, packetId)).toThrow('review.own');
    expect([packetId, other].map(stateOf)).toEqual(['review', 'review']);
    store.api.reviews.approve([packetId], store.operator.accountId, NOW);
    expect(stateOf(packetId)).toBe('recorded');
  });

  test('about many is all of them or none, and of none with a risk', async () => {
    const plain = [await record(0), await record(1)];
    const risky = await record(2, { startedAt: new Date(NOW).toISOString() });
    expect(() => approve(...plain, risky)).toThrow('request.invalid');
    expect([...plain, risky].map(stateOf)).toEqual(['review', 'review', 'review']);
    approve(...plain);
    expect(due()).toEqual(plain);
    approve(risky);
    expect(store.api.outbox.summary(NOW)).toMatchObject({ waiting: 3, review: 0 });
  });
});

describe('one that was returned', () => {
  beforeEach(() => use('all'));

  test('is a task with its reason, and the resident’s new recording takes its place', async () => {
    const id = await record(0);
    const [size] = store.db.all('SELECT length(sealed) AS n FROM packet_blob');
    giveBack(id);
    expect(stateOf(id)).toBe('returned');
    expect(due()).toEqual([]);
    expect(store.api.tasks.list()).toMatchObject([
      {
        ...{ packetId: id, verdict: 'returned', remedy: 'recapture', reasons: [], draft: null },
        returned: { by: store.supervisor.name, reason: 'Foto bukan orangnya' },
      },
    ]);
    expect(store.api.outbox.summary(NOW)).toMatchObject({ review: 0, tasks: 1, received: 0 });
    expect(store.api.outbox.list('rejected', 0, 9).rows.map(({ packetId }) => packetId)).toEqual([id]);
    expect(store.api.residents.byNik(store.niks[0] ?? '')?.recorded).toBeNull();
    expect(store.api.outbox.packet(id).history[0]).toMatchObject({
      ...{ act: 'returned', note: 'Foto bukan orangnya', by: store.supervisor.name },
    });
    const begun = store.api.tasks.begin(id, {
      ...{ packetId: (await completeDraft(store, store.niks[0] ?? '')).packetId, date: TEST_DATE },
      ...{ by: store.operator.accountId, now: NOW },
    });
    expect(begun.amends).toBeUndefined();
    const anew = await recordResident(store, store.niks[0] ?? '', { change: { ...calm, revision: 9 } });
    expect(manifestOf(anew.packetId)).toMatchObject({ kind: 'enrollment', replaces: id });
    expect(store.api.tasks.list()).toEqual([]);
    approve(anew.packetId);
    expect(due()).toEqual([anew.packetId]);
    receive(anew.packetId);
    expect([stateOf(id), stateOf(anew.packetId)]).toEqual(['superseded', 'received']);
    expect(store.api.outbox.summary(NOW)).toMatchObject({ received: 1, tasks: 0, review: 0, waiting: 0 });
    // Nothing of it ever left, so nothing of it goes: there is no receipt for it.
    store.api.outbox.purge(NOW + 900 * 24 * 60 * MINUTE, 0);
    expect(store.db.all('SELECT length(sealed) AS n FROM packet_blob WHERE packet_id = ?', id)).toEqual([
      size,
    ]);
  });

  test('can be taken back until the resident was recorded anew', async () => {
    const id = await record(0);
    giveBack(id);
    expect(store.api.reviews.list('returned', by()).rows).toMatchObject([
      { packetId: id, returned: { reason: 'Foto bukan orangnya', by: store.supervisor.name } },
    ]);
    expect(() => approve(id)).toThrow('packet.state');
    store.api.reviews.takeBack(id, by(), NOW);
    expect([stateOf(id), waiting().length, store.api.tasks.list().length]).toEqual(['review', 1, 0]);
    expect(waiting()[0]?.returned).toBeNull();
    expect(acts(id)).toEqual(['takenBack', 'returned', 'recorded']);
    // Who is back before the supervisor counts as recorded again.
    await expect(recordResident(store, store.niks[0] ?? '')).rejects.toThrow('resident.recordedHere');
    giveBack(id, 'Ternyata salah orang');
    await record(0);
    expect(() => store.api.reviews.takeBack(id, by(), NOW)).toThrow('packet.state');
    expect(store.api.reviews.list('returned', by())).toEqual({ total: 0, rows: [] });
    expect(store.api.outbox.packet(id).row.task).toBe(false);
  });

  test('twice over is settled by the third, and only the last of them is a task', async () => {
    const ids = [await record(0)];
    for (const _ of [1, 2]) {
      giveBack(ids.at(-1)!);
      ids.push(await record(0));
    }
    expect(ids.slice(1).map((id) => manifestOf(id).replaces)).toEqual(ids.slice(0, 2));
    giveBack(ids[2]!);
    expect(store.api.tasks.list().map(({ packetId }) => packetId)).toEqual([ids[2]]);
    const last = await record(0);
    approve(last);
    receive(last);
    expect(ids.map(stateOf)).toEqual(['superseded', 'superseded', 'superseded']);
    expect(store.api.outbox.summary(NOW)).toMatchObject({ received: 1, tasks: 0 });
  });

  test('an amendment opens its task anew, with the reason, and the next one takes its place', async () => {
    const id = await record(0);
    approve(id);
    receive(id);
    const outcome: Outcome = {
      ...{ packetId: id, verdict: 'rejected', remedy: 'amend', decidedAt: new Date(NOW).toISOString() },
      reasons: [{ code: 'biodata', at: 'alamat' }],
    };
    store.api.outbox.outcomes([outcome], 'c', NOW);
    const how = { now: NOW, date: TEST_DATE, alamat: 'Dusun Manis' };
    const first = await mend(store, id, how);
    // A correction after the center's word is one all the same.
    expect(waiting()).toMatchObject([
      { packetId: first.packetId, kind: 'amendment', risks: [{ code: 'correction', at: ['alamat'] }] },
    ]);
    expect(store.api.tasks.list()).toEqual([]);
    giveBack(first.packetId, 'Alamat belum sesuai KK');
    expect(store.api.tasks.list()).toMatchObject([
      { packetId: id, verdict: 'rejected', remedy: 'amend', returned: { reason: 'Alamat belum sesuai KK' } },
    ]);
    const second = await mend(store, id, { ...how, alamat: 'Dusun Wage' });
    expect(manifestOf(second.packetId)).toMatchObject({ amends: id, replaces: first.packetId });
    approve(second.packetId);
    receive(second.packetId);
    expect([id, first.packetId].map(stateOf)).toEqual(['superseded', 'superseded']);
    expect(store.api.tasks.list()).toEqual([]);
  });
});

test('an amendment that was returned ends with what it was to amend, and is not taken back past it', async () => {
  use('all');
  const id = await record(0);
  approve(id);
  receive(id);
  const said = (remedy: 'amend' | 'recapture', at: number): Outcome => ({
    ...{ packetId: id, verdict: 'rejected', remedy, reasons: [{ code: 'biodata', at: 'alamat' }] },
    decidedAt: new Date(at).toISOString(),
  });
  store.api.outbox.outcomes([said('amend', NOW)], 'c', NOW);
  const amendment = await mend(store, id, { now: NOW, date: TEST_DATE, alamat: 'Dusun Manis' });
  giveBack(amendment.packetId);
  expect(store.api.reviews.list('returned', by()).total).toBe(1);
  // The center thinks again, and the resident is there.
  store.api.outbox.outcomes([said('recapture', NOW + 1)], 'd', NOW);
  const anew = await record(0);
  expect(manifestOf(anew).replaces).toBe(id);
  expect(store.api.tasks.list()).toEqual([]);
  expect(store.api.reviews.list('returned', by()).total).toBe(0);
  expect(() => store.api.reviews.takeBack(amendment.packetId, by(), NOW)).toThrow('packet.state');
  approve(anew);
  receive(anew);
  expect([id, amendment.packetId, anew].map(stateOf)).toEqual(['superseded', 'superseded', 'received']);
});

describe('what comes back from a second copy', () => {
  beforeEach(() => use('all'));

  /** As if this database had never known it. */
  function forget(packetId: PacketId): void {
    store.db.write((tx) => {
      for (const table of ['review', 'outbox', 'enrollment', 'packet_blob', 'packet'])
        tx.run(`DELETE FROM ${table} WHERE packet_id = ?`, packetId);
    });
  }
  async function throughTheMirror(packetId: PacketId): Promise<void> {
    const entry = await store.store.copies.entry(packetId, null);
    const sealed = store.api.outbox.sealed(packetId);
    forget(packetId);
    expect(await store.store.copies.restore(entry ?? '', sealed ?? new Uint8Array(), NOW)).toBe('restored');
  }

  test('waits for the supervisor where it waited, and with what spoke against it', async () => {
    const id = await record(0, { startedAt: new Date(NOW).toISOString() });
    await throughTheMirror(id);
    expect(stateOf(id)).toBe('review');
    expect(due()).toEqual([]);
    expect(waiting()).toMatchObject([{ packetId: id, risks: [{ code: 'fast', at: [] }] }]);
    approve(id);
    expect(due()).toEqual([id]);
  });

  test('is returned where it was returned, with its reason, and stays here', async () => {
    const id = await record(0);
    giveBack(id);
    await throughTheMirror(id);
    expect(due()).toEqual([]);
    expect(store.api.tasks.list()).toMatchObject([
      { packetId: id, returned: { reason: 'Foto bukan orangnya', by: store.supervisor.name } },
    ]);
  });

  test('goes where it was approved, and where nobody had to see it', async () => {
    const approved = await record(0);
    approve(approved);
    use('off');
    const free = await record(1);
    await throughTheMirror(approved);
    await throughTheMirror(free);
    expect(due().toSorted()).toEqual([approved, free].toSorted());
  });

  test('out of a database that was set aside it waits too, under the setting that was there', async () => {
    const [waits, returned, approved] = [await record(0), await record(1), await record(2)];
    giveBack(returned);
    approve(approved);
    const given = JSON.parse(handOver(store)) as object;
    const built = takeOver(JSON.stringify({ ...given, file: join(store.dir, 'anew.db') }));
    try {
      expect(await built.store.copies.salvage(store.file, NOW)).toMatchObject({ packets: 3 });
      const rows = built.api.outbox.list('all', 0, 9).rows;
      expect(Object.fromEntries(rows.map(({ packetId, state }) => [packetId, state]))).toEqual({
        ...{ [waits]: 'review', [returned]: 'returned', [approved]: 'recorded' },
      });
      expect(built.api.station.setting('review')).toBe('"all"');
    } finally {
      built.close();
    }
  });

  test('a receipt that comes all the same ends the question', async () => {
    const id = await record(0);
    receive(id);
    expect([stateOf(id), waiting().length, store.api.outbox.summary(NOW).review]).toEqual(['received', 0, 0]);
  });
});
