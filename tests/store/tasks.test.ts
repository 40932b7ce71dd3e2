import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PacketId } from '../../app/ids.ts';
import { manifestSchema, type Manifest, type Outcome } from '../../app/sync/protocol.ts';
import { beginTask, mend, type Mend } from '../helpers/mend.ts';
import {
  openTestStore,
  recordResident,
  testBiodata,
  testCaptures,
  TEST_DATE,
  TEST_NOW as NOW,
  type TestStore,
} from '../helpers/store.ts';

let store: TestStore;
let ids: PacketId[];

beforeEach(async () => {
  store = await openTestStore({ residents: 3 });
  ids = [];
  for (const nik of store.niks) ids.push((await recordResident(store, nik)).packetId);
});
afterEach(() => {
  if (store.api.audit.verify() !== null) throw new Error('the audit chain is broken');
  store.destroy();
});

const id = (index: number): PacketId => {
  const one = ids[index];
  if (one === undefined) throw new Error('no such packet');
  return one;
};
const how = (more: Partial<Mend> = {}): Mend => ({ now: NOW, date: TEST_DATE, ...more });
const state = (packetId: PacketId) =>
  store.api.outbox.list('all', 0, 20).rows.find((row) => row.packetId === packetId)?.state;
const audited = (what: string) =>
  store.db.all<{ subject: string; detail: string; by_account: string }>(
    'SELECT subject, detail, by_account FROM audit WHERE what = ?',
    what,
  );
const openIds = () => store.api.tasks.list().map(({ packetId }) => packetId);
const manifestOf = (packetId: PacketId): Manifest => {
  const row = store.db.get<{ manifest: string }>('SELECT manifest FROM packet WHERE packet_id = ?', packetId);
  const payload = Buffer.from(row?.manifest.split('.')[1] ?? '', 'base64url').toString('utf8');
  return manifestSchema.parse(JSON.parse(payload));
};

function decide(packetId: PacketId, over: Partial<Outcome> = {}): void {
  if (store.db.get('SELECT 1 FROM receipt WHERE packet_id = ?', packetId) === undefined)
    store.api.outbox.received([{ packetId, receipt: 'a.b.c', receivedAt: NOW }]);
  const outcome: Outcome = {
    packetId,
    verdict: 'rejected',
    remedy: 'amend',
    reasons: [{ code: 'biodata', at: 'alamat' }],
    decidedAt: new Date(NOW).toISOString(),
    ...over,
  };
  store.api.outbox.outcomes([outcome], 'c', NOW);
}
const FINGER: Partial<Outcome> = { reasons: [{ code: 'part.format', at: 'finger.left.index' }] };
const RECAPTURE: Partial<Outcome> = {
  remedy: 'recapture',
  reasons: [{ code: 'packet.unreadable', at: null }],
};
const DUPLICATE: Partial<Outcome> = { verdict: 'duplicate', remedy: null };

describe('an amendment', () => {
  test('is a packet like any other, of its own kind, and tells nobody that a resident was recorded', async () => {
    store.db.write((tx) => {
      tx.run('UPDATE enrollment SET thumbnail = ? WHERE packet_id = ?', new Uint8Array([1, 2]), id(0));
    });
    const facts = store.api.journal.pending(50).length;
    decide(id(0));
    const made = await mend(store, id(0), how({ alamat: 'Dusun Manis' }));
    expect(manifestOf(made.packetId)).toMatchObject({ kind: 'amendment', amends: id(0), sequence: 4 });
    expect(manifestOf(made.packetId)).not.toHaveProperty('replaces');
    expect(audited('amendment.begun')).toMatchObject([{ subject: made.packetId, detail: id(0) }]);
    expect(audited('amendment.recorded')).toMatchObject([{ subject: made.packetId }]);
    expect(store.api.journal.pending(50)).toHaveLength(facts);
    expect(store.api.drafts.list()).toEqual([]);
    const row = store.db.get<{ thumbnail: Uint8Array; alamat: string }>(
      "SELECT thumbnail, biodata ->> '$.alamat' AS alamat FROM enrollment WHERE packet_id = ?",
      made.packetId,
    );
    expect([...(row?.thumbnail ?? [])]).toEqual([1, 2]);
    expect(row?.alamat).toBe('Dusun Manis');
    expect(store.api.outbox.summary(NOW)).toMatchObject({ waiting: 3, recordedToday: 3, tasks: 0 });
    // Once received it takes the place of the first, which may then be purged; its own verdict is still to come.
    store.api.outbox.received([{ packetId: made.packetId, receipt: 'd.e.f', receivedAt: NOW }]);
    expect([state(id(0)), state(made.packetId)]).toEqual(['superseded', 'received']);
    // Its bytes, and what the desk still knew of it.
    expect(store.api.outbox.purge(NOW, 0)).toBe(1);
    // The slip names it, and recording it again answers the same.
    expect(store.api.slips.open(made.packetId).sequence).toBe(4);
    const request = { packetId: made.packetId, revision: 9, by: store.operator, now: NOW, date: TEST_DATE };
    expect(await store.store.intake.record(request)).toEqual(made);
  });

  test('is refused before it has what was asked for, and the draft stays', async () => {
    decide(id(0), FINGER);
    const refused = async (more: Partial<Mend>) => {
      await expect(mend(store, id(0), how(more))).rejects.toThrow('draft.incomplete');
      const { draft } = store.api.residents.byNik(store.niks[0] ?? '') ?? {};
      expect(draft).not.toBeNull();
      if (draft != null) store.api.drafts.drop(draft, 'again', store.operator.accountId, NOW);
    };
    await refused({});
    await refused({ captures: testCaptures(['photo']) });
    await refused({ captures: testCaptures(['finger.left.index']), change: { approval: null } });
    expect(openIds()).toEqual([id(0)]);
    const made = await mend(store, id(0), how({ captures: testCaptures(['finger.left.index']) }));
    expect(made.sequence).toBe(4);
  });

  test('where only parts are asked for the biodata stay, also over a correction that was confirmed', async () => {
    decide(id(0), FINGER);
    const captures = testCaptures(['finger.left.index']);
    const made = await mend(store, id(0), how({ captures, alamat: 'Elsewhere' }));
    const alamat = "SELECT biodata ->> '$.alamat' AS alamat FROM enrollment WHERE packet_id = ?";
    expect(store.db.get(alamat, made.packetId)).toEqual(store.db.get(alamat, id(0)));
  });

  test('amends only what its own resident recorded, and only with a confirmed correction', async () => {
    decide(id(0));
    decide(id(1));
    const amends = { packetId: id(1), biodata: true, parts: [], reasons: [] };
    await expect(mend(store, id(0), how({ change: { amends } }))).rejects.toThrow('packet.state');
    const { draft } = store.api.residents.byNik(store.niks[0] ?? '') ?? {};
    if (draft != null) store.api.drafts.drop(draft, 'again', store.operator.accountId, NOW);
    const confirmed = { by: store.operator.accountId, at: new Date(NOW).toISOString() };
    const forged = { field: 'alamat', before: 'A', after: 'B', document: 'KK', confirmed } as const;
    await expect(mend(store, id(0), how({ change: { corrections: [forged] } }))).rejects.toThrow(
      'correction.unconfirmed',
    );
    expect(store.api.outbox.lastSequence()).toBe(3);
  });

  test('that the disk lost makes the task come back, and the next one takes its place', async () => {
    decide(id(0));
    const lost = await mend(store, id(0), how());
    expect(openIds()).toEqual([]);
    store.api.outbox.hold(lost.packetId, 'unreadable', 'no bytes', NOW);
    expect(openIds()).toEqual([id(0)]);
    const made = await mend(store, id(0), how());
    expect(manifestOf(made.packetId)).toMatchObject({ amends: id(0), replaces: lost.packetId });
    expect(() => store.api.outbox.release(lost.packetId, store.supervisor.accountId, NOW)).toThrow(
      'packet.state',
    );
    store.api.outbox.received([{ packetId: made.packetId, receipt: 'd.e.f', receivedAt: NOW }]);
    expect([state(id(0)), state(lost.packetId)]).toEqual(['superseded', 'superseded']);
    expect(openIds()).toEqual([]);
  });
});

describe('a task', () => {
  test('begun already comes back as it was left, after a restart too', () => {
    decide(id(0), FINGER);
    const begun = beginTask(store, id(0), how());
    expect(begun).toMatchObject({ ticket: null, step: 'left4', amends: { parts: ['finger.left.index'] } });
    store.api.drafts.commit({ ...begun, revision: 5 }, [], NOW);
    store = store.reopen();
    expect(beginTask(store, id(0), how())).toMatchObject({ packetId: begun.packetId, revision: 5 });
    expect(store.api.tasks.list()).toMatchObject([{ packetId: id(0), draft: begun.packetId }]);
    expect(store.api.drafts.load(begun.packetId, store.operator.accountId, NOW).draft.amends).toEqual(
      begun.amends,
    );
  });

  test('for a whole new recording begins an enrollment, whatever mark of our own the center still has', () => {
    decide(id(0), RECAPTURE);
    const biodata = testBiodata(0);
    const at = new Date(NOW).toISOString();
    const { stationId } = store.activation;
    store.api.reference.apply(
      [{ type: 'resident', biodata, recorded: { at, stationId, packetId: id(0) } }],
      null,
      NOW,
    );
    const draft = beginTask(store, id(0), how());
    expect(draft).not.toHaveProperty('amends');
    expect(draft).toMatchObject({ nik: biodata.nik, step: 'biodata', ticket: 1 });
    // Of another packet the mark stands.
    decide(id(1), RECAPTURE);
    const other = { at, stationId: null, packetId: id(2) };
    store.api.reference.apply([{ type: 'resident', biodata: testBiodata(1), recorded: other }], null, NOW);
    expect(() => beginTask(store, id(1), how())).toThrow('resident.recordedElsewhere');
  });

  test('whose verdict was revised begins what is wanted now, in both directions, and sets the other draft aside', async () => {
    const kind = () => store.api.tasks.list().find(({ packetId }) => packetId === id(0))?.remedy;
    decide(id(0));
    const amendment = beginTask(store, id(0), how());
    decide(id(0), RECAPTURE);
    const whole = beginTask(store, id(0), how());
    expect([kind(), whole.amends, whole.packetId === amendment.packetId]).toEqual([
      'recapture',
      undefined,
      false,
    ]);
    decide(id(0));
    const again = beginTask(store, id(0), how());
    expect(again.amends?.packetId).toBe(id(0));
    expect(audited('draft.setAside').map(({ subject, detail }) => [subject, detail])).toEqual([
      [amendment.packetId, 'unwanted'],
      [whole.packetId, 'unwanted'],
    ]);
    decide(id(0), RECAPTURE);
    await expect(recordResident(store, testBiodata(0).nik)).resolves.toMatchObject({
      nik: testBiodata(0).nik,
    });
  });

  test('is counted as it is listed: a packet that came back without its row is in neither', () => {
    decide(id(0));
    decide(id(1));
    store.db.write((tx) => tx.run('DELETE FROM enrollment WHERE packet_id = ?', id(1)));
    expect([store.api.tasks.list().length, store.api.outbox.summary(NOW).tasks]).toEqual([1, 1]);
  });

  test('is there for nothing that the center has not refused', () => {
    decide(id(0), { verdict: 'accepted', remedy: null });
    for (const index of [0, 1]) expect(() => beginTask(store, id(index), how())).toThrow('packet.state');
    expect(openIds()).toEqual([]);
    expect(store.api.residents.byNik(store.niks[0] ?? '')?.task).toBeNull();
  });

  test('of a NIK that is nobody’s has a way out, and one with another reason has none', () => {
    decide(id(0), { reasons: [{ code: 'nik.unknown', at: 'nik' }] });
    decide(id(1));
    const close = (index: number) =>
      store.api.tasks.close(
        id(index),
        'NIK salah, direkam dengan yang benar',
        store.supervisor.accountId,
        NOW,
      );
    close(0);
    expect(() => close(1)).toThrow('packet.state');
    expect(openIds()).toEqual([id(1)]);
    expect(store.api.outbox.list('rejected', 0, 9).rows.map(({ packetId }) => packetId)).toEqual([id(1)]);
    expect(store.api.outbox.summary(NOW).tasks).toBe(1);
  });

  test('of a duplicate is closed once, by a person, with a reason; one that must be mended is not', () => {
    decide(id(0), DUPLICATE);
    decide(id(1));
    expect(store.api.outbox.summary(NOW).tasks).toBe(2);
    expect(() => beginTask(store, id(0), how())).toThrow('packet.state');
    const close = (index: number) =>
      store.api.tasks.close(id(index), 'Orang yang sama', store.supervisor.accountId, NOW);
    expect(() => close(1)).toThrow('packet.state');
    close(0);
    expect(audited('task.closed')).toEqual([
      { subject: id(0), detail: 'Orang yang sama', by_account: store.supervisor.accountId },
    ]);
    expect(() => close(0)).toThrow('packet.state');
    expect(openIds()).toEqual([id(1)]);
    // A center that thinks again and wants it mended is heard.
    decide(id(0), { decidedAt: new Date(NOW + 1000).toISOString() });
    expect(openIds()).toEqual([id(0), id(1)]);
  });
});
