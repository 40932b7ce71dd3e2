import { v4 as uuidv4 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { stationIdSchema } from '../../app/ids.ts';
import type { Draft } from '../../app/desk/draft.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import {
  completeDraft,
  newPacketId,
  recordDraft,
  recordResident,
  testBiodata,
  testCaptures,
  TEST_DATE,
  TEST_NOW,
} from '../helpers/store.ts';
import { PART_NAMES } from '../../app/enrollment/biometrics.ts';

const store = freshStore();

const nik = (index: number) => nikSchema.parse(store.niks[index]);
const begin = (index: number, date = TEST_DATE) =>
  store.store.drafts.begin({
    packetId: newPacketId(),
    nik: nik(index),
    date,
    by: store.operator.accountId,
    now: TEST_NOW,
  });

describe('begin', () => {
  test('gives the resident a ticket and a draft with the register’s biodata', async () => {
    const draft = await begin(0);
    expect(draft).toMatchObject({
      nik: nik(0),
      revision: 0,
      step: 'biodata',
      ticket: 1,
      biodata: testBiodata(0),
    });
    expect(store.api.residents.byNik(nik(0))?.draft).toBe(draft.packetId);
  });

  test('again gives the same draft and no second ticket; on another day a new one', async () => {
    const first = await begin(0);
    expect(await begin(0)).toEqual(first);
    expect(store.api.desk.today(TEST_DATE, 5).tickets).toHaveLength(1);
    expect(await begin(0, '2011-11-15')).toEqual(first);
    expect(store.api.desk.today('2011-11-15', 5).tickets).toHaveLength(1);
  });

  test('refuses a stranger, one recorded here and one recorded at the center (G3)', async () => {
    const stranger = store.store.drafts.begin({
      packetId: newPacketId(),
      nik: nikSchema.parse('3209031708450001'),
      date: TEST_DATE,
      by: store.operator.accountId,
      now: TEST_NOW,
    });
    await expect(stranger).rejects.toMatchObject({ code: 'resident.unknown' });
    await recordResident(store, nik(0));
    await expect(begin(0)).rejects.toMatchObject({
      code: 'resident.recordedHere',
      params: { at: '2011-11-14T03:00:00.000Z' },
    });
    const recorded = {
      at: '2011-11-10T02:00:00.000Z',
      stationId: stationIdSchema.parse(uuidv4()),
      packetId: null,
    };
    store.api.reference.apply([{ type: 'resident', biodata: testBiodata(1), recorded }], null, TEST_NOW);
    await expect(begin(1)).rejects.toMatchObject({
      code: 'resident.recordedElsewhere',
      params: { at: recorded.at },
    });
    expect(store.api.desk.today(TEST_DATE, 5).tickets).toHaveLength(1);
  });
});

describe('commit', () => {
  test('is there whole after a restart (G5)', async () => {
    const captures = testCaptures();
    const draft = await completeDraft(store, nik(0), { captures });
    const after = store.reopen();
    const loaded = after.api.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW);
    expect(loaded.draft).toEqual(draft);
    const byName = (a: { part: { name: string } }, b: { part: { name: string } }) =>
      a.part.name < b.part.name ? -1 : 1;
    expect(loaded.captures.sort(byName)).toEqual([...captures].sort(byName));
    after.close();
  });

  test('refuses an older revision, takes the same again', async () => {
    const draft = await completeDraft(store, nik(0));
    await expect(store.store.drafts.commit(draft, [], TEST_NOW)).resolves.toEqual({
      revision: draft.revision,
    });
    const older = store.store.drafts.commit({ ...draft, revision: 0, step: 'photo' }, [], TEST_NOW);
    await expect(older).rejects.toMatchObject({ code: 'draft.stale' });
    expect(store.api.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW).draft.step).toBe(
      'review',
    );
  });

  test('drops parts that the draft no longer names', async () => {
    const draft = await completeDraft(store, nik(0));
    const parts = draft.parts.filter((part) => part.name !== 'iris.left');
    store.api.drafts.commit({ ...draft, revision: 2, parts }, [], TEST_NOW);
    const names = store.api.drafts
      .load(draft.packetId, store.operator.accountId, TEST_NOW)
      .captures.map(({ part }) => part.name);
    expect(names).not.toContain('iris.left');
    expect(names).toHaveLength(PART_NAMES.length - 1);
  });

  test('describes bytes that it has as the draft now does', async () => {
    const draft = await completeDraft(store, nik(0));
    const parts = draft.parts.map((part) => ({ ...part, attempts: 3 }));
    const tried = { ...draft, revision: 2, parts };
    store.api.drafts.commit(tried, [], TEST_NOW);
    const attempts = store.api.drafts
      .load(draft.packetId, store.operator.accountId, TEST_NOW)
      .captures.map(({ part }) => part.attempts);
    expect(attempts).toEqual(PART_NAMES.map(() => 3));
  });

  test('refuses biodata that are neither the register’s nor corrected, whatever was committed before', async () => {
    const draft = await begin(0);
    const by = store.operator.accountId;
    const commit = (revision: number, alamat: string, corrections: Draft['corrections']) =>
      store.store.drafts.commit(
        { ...draft, revision, biodata: { ...draft.biodata, alamat }, corrections },
        [],
        TEST_NOW,
      );
    const refused = { code: 'correction.unconfirmed', params: { field: 'alamat' } };
    await expect(commit(1, 'DUSUN 3', [])).rejects.toMatchObject(refused);
    const before = testBiodata(0).alamat;
    const change = { field: 'alamat', before, after: 'DUSUN 3', document: 'KK' } as const;
    const correction = await store.store.drafts.correct(draft.packetId, change, by, TEST_NOW);
    await commit(1, 'DUSUN 3', [correction]);
    await expect(commit(2, 'DUSUN 3', [])).rejects.toMatchObject(refused);
    await expect(commit(2, 'DUSUN 4', [correction])).rejects.toMatchObject(refused);
    const later = { ...correction, before: 'DUSUN 3', after: 'DUSUN 4' };
    await expect(commit(2, 'DUSUN 4', [later])).rejects.toMatchObject(refused);
    expect(await commit(2, before, [])).toEqual({ revision: 2 });
  });

  test('refuses parts without their bytes, wrong bytes, two of one name, and another resident', async () => {
    const draft = await begin(0);
    const [capture] = testCaptures(['photo']);
    if (capture === undefined) throw new Error('no capture');
    const named: Draft = { ...draft, revision: 1, parts: [capture.part] };
    await expect(store.store.drafts.commit(named, [], TEST_NOW)).rejects.toMatchObject({
      code: 'request.invalid',
      params: { part: 'photo' },
    });
    const wrong = { ...capture, bytes: capture.bytes.map((byte) => byte ^ 1) };
    await expect(store.store.drafts.commit(named, [wrong], TEST_NOW)).rejects.toMatchObject({
      code: 'request.invalid',
    });
    const other = { ...capture.part, sha256: '0'.repeat(64) as typeof capture.part.sha256 };
    const twice = { ...named, parts: [other, capture.part] };
    await expect(store.store.drafts.commit(twice, [capture], TEST_NOW)).rejects.toMatchObject({
      code: 'request.invalid',
      params: { part: 'photo' },
    });
    await expect(store.store.drafts.commit({ ...draft, nik: nik(1) }, [], TEST_NOW)).rejects.toMatchObject({
      code: 'request.invalid',
    });
    expect(store.api.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW)).toMatchObject({
      draft,
      captures: [],
    });
  });

  test('of a draft that is unknown, dropped or recorded is refused', async () => {
    const draft = await completeDraft(store, nik(0));
    const commit = (changed: Draft) => store.store.drafts.commit(changed, [], TEST_NOW);
    await expect(commit({ ...draft, packetId: newPacketId() })).rejects.toMatchObject({
      code: 'draft.unknown',
    });
    await recordDraft(store, draft);
    await expect(commit({ ...draft, revision: 9 })).rejects.toMatchObject({ code: 'draft.unknown' });
    const dropped = await completeDraft(store, nik(1));
    store.api.drafts.drop(dropped.packetId, 'salah orang', store.operator.accountId, TEST_NOW);
    await expect(commit(dropped)).rejects.toMatchObject({ code: 'draft.unknown' });
  });
});

describe('the rest of a draft’s life', () => {
  test('a dropped one is gone with its parts, its ticket waits, the reason is audited', async () => {
    const draft = await completeDraft(store, nik(0));
    store.api.drafts.drop(draft.packetId, 'salah orang', store.operator.accountId, TEST_NOW);
    expect(store.api.drafts.list()).toEqual([]);
    expect(store.db.get<{ n: number }>('SELECT count(*) AS n FROM draft_part')?.n).toBe(0);
    expect(store.api.desk.today(TEST_DATE, 5).tickets).toMatchObject([{ state: 'deferred' }]);
    expect(store.db.all("SELECT detail FROM audit WHERE what = 'draft.dropped'")).toEqual([
      { detail: `${nik(0)} salah orang` },
    ]);
    const again = await begin(0);
    expect(again.packetId).not.toBe(draft.packetId);
    expect(store.api.desk.today(TEST_DATE, 5).tickets).toMatchObject([
      { state: 'serving', packetId: again.packetId },
    ]);
  });

  test('one whose step or time nobody knows hides no other', async () => {
    const draft = await completeDraft(store, nik(0));
    await completeDraft(store, nik(1));
    store.db.write((tx) =>
      tx.run("UPDATE draft SET step = 'x', updated_at = 9e17 WHERE packet_id = ?", draft.packetId),
    );
    expect(store.api.drafts.list().map((row) => [row.nik, row.step])).toEqual([
      [nik(0), 'biodata'],
      [nik(1), 'review'],
    ]);
  });

  test('a reason with half a character leaves the audit chain whole', async () => {
    const draft = await completeDraft(store, nik(0));
    const reason = `${'x'.repeat(119)}\u{1f600} selesai \ud83d`;
    store.api.drafts.drop(draft.packetId, reason, store.operator.accountId, TEST_NOW);
    expect(store.api.audit.verify()).toBeNull();
    // Neither the table nor the center could hold it otherwise.
    const facts = store.db.all<{ fact: string }>("SELECT fact FROM journal WHERE type = 'ticket'");
    expect(facts.map(({ fact }) => fact).join()).not.toMatch(/\\ud83d/);
  });

  test('an unreadable one is set aside, kept, and the resident can be begun again', async () => {
    const draft = await completeDraft(store, nik(0));
    await completeDraft(store, nik(1));
    store.db.write((tx) => tx.run('UPDATE draft SET body = \'{"v":1}\' WHERE packet_id = ?', draft.packetId));
    await expect(
      store.store.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW),
    ).rejects.toMatchObject({ code: 'draft.unreadable' });
    expect(store.api.drafts.list().map((row) => row.nik)).toEqual([nik(1)]);
    const again = await begin(0);
    expect(again.packetId).not.toBe(draft.packetId);
    expect(
      store.db.get<{ n: number }>('SELECT count(*) AS n FROM draft_part WHERE packet_id = ?', draft.packetId)
        ?.n,
    ).toBe(PART_NAMES.length);
  });

  test('beginning over an unreadable one works at once', async () => {
    const draft = await completeDraft(store, nik(0));
    store.db.write((tx) => tx.run("UPDATE draft SET body = 'torn' WHERE packet_id = ?", draft.packetId));
    const again = await begin(0);
    expect(again).toMatchObject({ revision: 0, nik: nik(0) });
    expect(store.api.residents.byNik(nik(0))?.draft).toBe(again.packetId);
    // Nobody finds out by chance: it stands in the audit log, and beside the new draft.
    const { setAside } = store.api.drafts.load(again.packetId, store.operator.accountId, TEST_NOW);
    const trace = store.db.get("SELECT subject, detail, by_account FROM audit WHERE what = 'draft.setAside'");
    expect([setAside, trace]).toEqual([
      true,
      { subject: draft.packetId, detail: 'unreadable', by_account: store.operator.accountId },
    ]);
  });

  test('one whose packet exists is dropped at the start', async () => {
    const draft = await completeDraft(store, nik(0));
    await recordDraft(store, draft);
    store.db.write((tx) =>
      tx.run(
        `INSERT INTO draft(packet_id, nik, nama, step, revision, body, begun_by, updated_at)
         VALUES (?, ?, 'X', 'review', 1, ?, 'x', 0)`,
        draft.packetId,
        nik(0),
        JSON.stringify(draft),
      ),
    );
    await expect(
      store.store.drafts.load(draft.packetId, store.operator.accountId, TEST_NOW),
    ).rejects.toMatchObject({ code: 'draft.unknown' });
    store.api.station.begin(TEST_NOW);
    expect(store.api.drafts.list()).toEqual([]);
  });
});
