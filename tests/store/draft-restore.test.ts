// Drafts that the window still has after the station's database was built anew, or could not read its own copy.
import { describe, expect, test } from 'vitest';
import type { Draft } from '../../app/desk/draft.ts';
import { PART_NAMES } from '../../app/enrollment/biometrics.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import {
  completeDraft,
  newPacketId,
  openTestStore,
  recordDraft,
  recordResident,
  register,
  testBiodata,
  testCaptures,
  TEST_NOW as NOW,
  type TestStore,
} from '../helpers/store.ts';

const store = freshStore({ residents: 3 });
const nik = (index: number): string => store.niks[index] ?? '';
const fate = (of: Pick<Draft, 'packetId'>, at: TestStore = store) =>
  at.api.drafts.fates([of.packetId])[0]?.fate;
const restore = (draft: Draft, captures: readonly Capture[], at: TestStore = store) =>
  at.store.drafts.restore(draft, captures, at.operator.accountId, NOW);
const audited = (what: string) =>
  store.db.all<{ subject: string; detail: string | null }>(
    'SELECT subject, detail FROM audit WHERE what = ?',
    what,
  );

/** Another station's database: this one never heard of what the window holds. */
async function builtAnew(run: (anew: TestStore) => Promise<void>): Promise<void> {
  const anew = await openTestStore({ residents: 3 });
  try {
    await run(anew);
  } finally {
    anew.destroy();
  }
}

describe('the fate of a draft', () => {
  test('is known where it lies here, was recorded, or was dropped by a person', async () => {
    const open = await completeDraft(store, nik(0));
    const recorded = await completeDraft(store, nik(1));
    await recordDraft(store, recorded);
    const dropped = await completeDraft(store, nik(2));
    store.api.drafts.drop(dropped.packetId, 'salah orang', store.operator.accountId, NOW);
    expect([open, recorded, dropped].map((one) => fate(one))).toEqual(['open', 'recorded', 'dropped']);
  });

  test('is unknown to a database that was built anew, and where nobody here can read it', async () => {
    const draft = await completeDraft(store, nik(0));
    await builtAnew(async (anew) => expect(fate(draft, anew)).toBe('unknown'));
    store.db.write((tx) => tx.run("UPDATE draft SET body = 'torn'"));
    expect(() => store.api.drafts.load(draft.packetId, store.operator.accountId, NOW)).toThrow(
      'draft.unreadable',
    );
    expect(fate(draft)).toBe('unknown');
    expect(audited('draft.setAside')).toEqual([{ subject: draft.packetId, detail: 'unreadable' }]);
  });
});

describe('a draft that is taken back', () => {
  const captures = testCaptures();

  test('is there whole in a database that was built anew, and can be recorded', async () => {
    const draft = await completeDraft(store, nik(0), { captures });
    await builtAnew(async (anew) => {
      await restore(draft, captures, anew);
      const loaded = anew.api.drafts.load(draft.packetId, anew.operator.accountId, NOW);
      expect(loaded.draft).toEqual(draft);
      expect(loaded.captures).toHaveLength(PART_NAMES.length);
      expect(fate(draft, anew)).toBe('open');
      await expect(recordDraft(anew, draft)).resolves.toMatchObject({ packetId: draft.packetId });
      await expect(restore(draft, captures, anew)).rejects.toMatchObject({ code: 'draft.unknown' });
    });
  });

  test('takes the place of the copy that could not be read', async () => {
    const draft = await completeDraft(store, nik(0), { captures });
    store.db.write((tx) => tx.run("UPDATE draft SET body = 'torn', set_aside = 1"));
    await restore(draft, captures);
    expect(store.api.drafts.load(draft.packetId, store.operator.accountId, NOW)).toMatchObject({
      draft,
      setAside: false,
    });
    expect(audited('draft.restored')).toEqual([{ subject: draft.packetId, detail: nik(0) }]);
  });

  test('asks about biodata once more where the register, or a confirmation, is not what it was', async () => {
    const draft = await completeDraft(store, nik(0), { captures });
    const correction = store.api.drafts.correct(
      draft.packetId,
      { field: 'alamat', before: 'Jl. Raya Losari', after: 'Jl. Baru 1', document: 'KK' },
      store.operator.accountId,
      NOW,
    );
    const corrected: Draft = {
      ...draft,
      revision: 2,
      biodata: { ...draft.biodata, alamat: 'Jl. Baru 1' },
      corrections: [correction],
    };
    await builtAnew(async (anew) => {
      await restore(corrected, captures, anew);
      const { draft: there } = anew.api.drafts.load(draft.packetId, anew.operator.accountId, NOW);
      expect(there).toMatchObject({ revision: 3, step: 'biodata', corrections: [], biodataConfirmed: false });
      expect(there).toMatchObject({ approval: null, parts: draft.parts, biodata: testBiodata(0) });
    });
    // Here the audit log knows who confirmed it.
    store.db.write((tx) => tx.run('UPDATE draft SET set_aside = 1'));
    await restore(corrected, captures);
    const kept = store.api.drafts.load(draft.packetId, store.operator.accountId, NOW).draft;
    expect(kept).toEqual(corrected);
  });

  test('is refused beside another of its resident, after a person dropped it, and without its resident', async () => {
    const draft = await completeDraft(store, nik(0), { captures });
    const other = { ...draft, packetId: newPacketId() };
    await expect(restore(other, captures)).rejects.toMatchObject({ code: 'draft.stale' });
    store.api.drafts.drop(draft.packetId, 'salah orang', store.operator.accountId, NOW);
    await expect(restore(draft, captures)).rejects.toMatchObject({ code: 'draft.unknown' });
    store.api.reference.apply([{ type: 'resident-gone', nik: draft.nik }], null, NOW);
    await expect(restore(other, captures)).rejects.toMatchObject({ code: 'resident.unknown' });
    expect(store.api.drafts.list()).toEqual([]);
  });
});

describe('a resident who was recorded since the draft began', () => {
  const at = '2011-11-14T02:00:00.000Z';
  const recordedElsewhere = () =>
    store.api.reference.apply(
      [
        {
          type: 'resident',
          biodata: testBiodata(0),
          recorded: { at, stationId: null, packetId: newPacketId() },
        },
      ],
      null,
      NOW,
    );

  test('elsewhere: told at load, refused at record, and the draft stays until a person drops it (G3)', async () => {
    const draft = await completeDraft(store, nik(0));
    const load = () => store.api.drafts.load(draft.packetId, store.operator.accountId, NOW);
    expect(load().recorded).toBeNull();
    recordedElsewhere();
    expect(load().recorded).toEqual({ where: 'center', at, stationId: null });
    await expect(recordDraft(store, draft)).rejects.toMatchObject({ code: 'resident.recordedElsewhere' });
    expect(store.api.outbox.lastSequence()).toBe(0);
    expect(load().captures).toHaveLength(PART_NAMES.length);
    store.api.drafts.drop(draft.packetId, 'sudah direkam', store.operator.accountId, NOW);
    expect(store.api.drafts.list()).toEqual([]);
  });

  test('an amendment of what was recorded here is no second recording', async () => {
    register(store, testBiodata(0));
    const { packetId: of } = await recordResident(store, nik(0));
    store.api.outbox.received([{ packetId: of, receipt: 'a.b.c', receivedAt: NOW }]);
    const reasons = [{ code: 'part.format', at: 'photo' }] as const;
    const outcome = { packetId: of, verdict: 'rejected', remedy: 'amend', decidedAt: at } as const;
    store.api.outbox.outcomes([{ ...outcome, reasons: [...reasons] }], '1', NOW);
    const by = store.operator.accountId;
    const begun = store.api.tasks.begin(of, { packetId: newPacketId(), date: '2011-11-15', by, now: NOW });
    expect(store.api.drafts.load(begun.packetId, by, NOW).recorded).toBeNull();
    // The window's copy of it comes back as what the center asks for, whatever the copy says of that.
    store.db.write((tx) => tx.run('UPDATE draft SET set_aside = 1'));
    const photo = testCaptures(['photo']);
    const copy = { ...begun, revision: 1, parts: photo.map(({ part }) => part) };
    await restore(copy, photo);
    expect(store.api.drafts.load(begun.packetId, by, NOW).draft).toEqual(copy);
  });
});
