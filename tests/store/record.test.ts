import { Decrypter } from 'age-encryption';
import { compactVerify, importJWK } from 'jose';
import { v4 as uuidv4 } from 'uuid';
import { describe, expect, test } from 'vitest';
import type { Draft } from '../../app/desk/draft.ts';
import type { Biodata, BiodataField } from '../../app/enrollment/biodata.ts';
import { decodePacket } from '../../app/enrollment/packet.ts';
import { PART_NAMES } from '../../app/enrollment/biometrics.ts';
import { accountIdSchema, type PacketId } from '../../app/ids.ts';
import { JWS_TYPES, manifestSchema, type Outcome } from '../../app/sync/protocol.ts';
import { publicKeyX, sha256 } from '../../main/security/sign.ts';
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
  TEST_DATE,
  TEST_NOW,
} from '../helpers/store.ts';

const store = freshStore({ residents: 24 });

const nik = (index: number): string => store.niks[index] ?? '';

async function openSealed(packetId: PacketId) {
  const sealed = store.api.outbox.sealed(packetId);
  const decrypter = new Decrypter();
  decrypter.addIdentity(store.center.identity);
  const packet = decodePacket(await decrypter.decrypt(sealed ?? new Uint8Array()), sha256);
  if (!packet.ok) throw new Error(packet.error);
  return packet.value;
}

async function readManifest(jws: string) {
  const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: publicKeyX(store.stationKey) }, 'EdDSA');
  const { payload, protectedHeader } = await compactVerify(jws, key, { algorithms: ['EdDSA'] });
  expect(protectedHeader.typ).toBe(JWS_TYPES.manifest);
  return manifestSchema.parse(JSON.parse(new TextDecoder().decode(payload)));
}

describe('a record', () => {
  test('is whole: enrollment, packet, outbox entry, ticket, journal and audit, and no draft', async () => {
    const draft = await completeDraft(store, nik(0));
    const before = store.api.audit.head();
    const recorded = await recordDraft(store, draft);
    expect(recorded).toEqual({
      packetId: draft.packetId,
      sequence: 1,
      nik: nik(0),
      nama: testBiodata(0).nama,
      recordedAt: '2011-11-14T03:00:00.000Z',
    });
    const [item] = store.api.outbox.due(TEST_NOW, 10, false);
    expect(item).toMatchObject({
      packetId: draft.packetId,
      sequence: 1,
      attempts: 0,
      offset: 0,
      state: 'recorded',
    });
    expect((await readManifest(item?.manifest ?? '')).auditHead).toBe(before);
    expect(store.api.desk.today(TEST_DATE, 5).tickets).toMatchObject([
      { state: 'done', packetId: draft.packetId },
    ]);
    expect(store.api.journal.pending(10).map(({ fact }) => fact.type)).toEqual([
      'ticket',
      'recorded',
      'ticket',
    ]);
    expect(store.api.audit.verify()).toBeNull();
    expect(store.api.drafts.list()).toEqual([]);
    expect(store.db.get<{ n: number }>('SELECT count(*) AS n FROM draft_part')?.n).toBe(0);
  });

  test('opens with the center’s key alone and holds every part', async () => {
    const captures = testCaptures(undefined, 30_000);
    const { packetId } = await recordResident(store, nik(0), { captures });
    const { enrollment, parts } = await openSealed(packetId);
    expect(enrollment).toMatchObject({
      packetId,
      stationId: store.activation.stationId,
      biodata: testBiodata(0),
      early: false,
    });
    expect([...parts.keys()].sort()).toEqual([...PART_NAMES].sort());
    for (const { part, bytes } of captures)
      expect(Buffer.from(parts.get(part.name) ?? []).equals(bytes)).toBe(true);
    const other = await openTestStore();
    const stranger = new Decrypter();
    stranger.addIdentity(other.center.identity);
    await expect(stranger.decrypt(store.api.outbox.sealed(packetId) ?? new Uint8Array())).rejects.toThrow(
      'no identity matched',
    );
    other.destroy();
  });

  test('signs manifests that another implementation reads, each naming the one before', async () => {
    store.api.station.set('clockOffset', '-90000');
    for (let index = 0; index < 20; index++) await recordResident(store, nik(index));
    let previous: string | null = null;
    let sequence = 0;
    for (const item of store.api.outbox.due(TEST_NOW, 100, false)) {
      const manifest = await readManifest(item.manifest);
      sequence += 1;
      expect(manifest).toMatchObject({
        packetId: item.packetId,
        sequence,
        previous,
        kind: 'enrollment',
        recipientKeyId: 'sealing-1',
        sha256: item.sha256,
        size: item.size,
        clockOffsetMs: -90_000,
      });
      const sealed = store.api.outbox.sealed(item.packetId) ?? new Uint8Array();
      expect([sha256(sealed), sealed.length]).toEqual([item.sha256, item.size]);
      expect(sha256(item.manifest)).toBe(item.manifestSha256);
      previous = item.manifestSha256;
    }
    expect(sequence).toBe(20);
  });

  test('is the same one however often it is asked for', async () => {
    const draft = await completeDraft(store, nik(0));
    const both = await Promise.all([recordDraft(store, draft), recordDraft(store, draft, TEST_NOW + 5_000)]);
    expect(both[1]).toEqual(both[0]);
    expect(store.api.outbox.lastSequence()).toBe(1);
    const after = store.reopen();
    expect(await recordDraft(after, draft, TEST_NOW + 90_000)).toEqual(both[0]);
    expect(after.api.outbox.summary(0)).toMatchObject({ waiting: 1 });
    after.close();
  });

  test('of two calls that seal at the same time commits once', async () => {
    const draft = await completeDraft(store, nik(0));
    const input = {
      packetId: draft.packetId,
      revision: draft.revision,
      by: store.operator,
      now: TEST_NOW,
      date: TEST_DATE,
    };
    const [first, second] = await Promise.all([store.intake.record(input), store.intake.record(input)]);
    expect(second).toEqual(first);
    expect(store.api.outbox.lastSequence()).toBe(1);
  });
});

describe('a record is refused', () => {
  const without = testCaptures(PART_NAMES.filter((name) => name !== 'iris.right'));
  const biodata = testBiodata(0);
  const confirmed = { by: accountIdSchema.parse(uuidv4()), at: '2011-11-14T05:00:00.000Z' };
  /** Corrections that nobody confirmed. */
  const corrected = (change: Partial<Biodata>): Partial<Draft> => ({
    biodata: { ...biodata, ...change },
    corrections: (Object.keys(change) as BiodataField[]).map((field) => ({
      field,
      before: biodata[field],
      after: change[field] ?? null,
      document: 'KK',
      confirmed,
    })),
  });
  test.each<[string, Partial<Draft>, object]>([
    ['approval', { approval: null }, { step: 'review' }],
    ['the biodata read aloud', { biodataConfirmed: false }, { step: 'biodata' }],
    [
      'a possible birth date',
      corrected({ tanggalLahir: '2011-02-31' }),
      { step: 'biodata', field: 'tanggalLahir' },
    ],
    ['the age of 16', corrected({ tanggalLahir: '2000-01-01', statusKawin: 1 }), { reason: 'underAge' }],
    ['the draft’s own NIK', corrected(testBiodata(1)), { field: 'nik' }],
    [
      'exceptions that agree with the captures',
      { exceptions: [{ part: 'iris.left', reason: 'blind', note: '' }] },
      { reason: 'parts.excepted' },
    ],
    ['a part', { parts: without.map(({ part }) => part) }, { parts: 'iris.right' }],
  ])('without %s', async (_, change, params) => {
    const captures = change.parts === undefined ? testCaptures() : without;
    const draft = await completeDraft(store, nik(0), { change, captures });
    await expect(recordDraft(store, draft)).rejects.toMatchObject({ code: 'draft.incomplete', params });
    expect(store.api.outbox.lastSequence()).toBe(0);
    expect(store.api.drafts.list()).toHaveLength(1);
  });

  test('with a capture below the policy’s threshold before its attempts were made, unless somebody said why', async () => {
    const poor = (more: object) => {
      const captures = testCaptures();
      return captures.map((capture) =>
        capture.part.name === 'finger.left.thumb'
          ? { ...capture, part: { ...capture.part, quality: 59, ...more } }
          : capture,
      );
    };
    const low = await completeDraft(store, nik(0), { captures: poor({ attempts: 2 }) });
    await expect(recordDraft(store, low)).rejects.toMatchObject({
      code: 'draft.incomplete',
      params: { parts: 'finger.left.thumb', reason: 'quality' },
    });
    await recordResident(store, nik(1), { captures: poor({ attempts: 3 }) });
    await recordResident(store, nik(2), { captures: poor({ override: 'luka bakar' }) });
    // The policy as it came last, not as it was at activation.
    const policy = { ...store.activation.policy, fingerThreshold: 55 };
    store.api.reference.apply([{ type: 'policy', policy }], null, TEST_NOW);
    await recordResident(store, nik(3), { captures: poor({ attempts: 1 }) });
    expect(store.api.outbox.lastSequence()).toBe(3);
  });

  test('with a photo before another colour than the biodata ask for, unless somebody said why', async () => {
    const before = (more: object) =>
      testCaptures().map((capture) =>
        capture.part.name === 'photo' ? { ...capture, part: { ...capture.part, ...more } } : capture,
      );
    // Born in 1980.
    const red = await completeDraft(store, nik(0), { captures: before({ background: 'red' }) });
    await expect(recordDraft(store, red)).rejects.toMatchObject({
      code: 'draft.incomplete',
      params: { parts: 'photo', reason: 'quality' },
    });
    await recordResident(store, nik(1), { captures: before({ background: 'blue' }) });
    await recordResident(store, nik(2), {
      captures: before({ background: 'red', override: 'kain biru hilang' }),
    });
    expect(store.api.outbox.lastSequence()).toBe(2);
  });

  test('with a warning that nobody gave a reason for, and goes on with one', async () => {
    // The single name is the register's own, and nothing to explain.
    register(store, { ...biodata, nama: 'SUPARMAN', jenisKelamin: 1 });
    const open = await completeDraft(store, nik(0));
    await expect(recordDraft(store, open)).rejects.toMatchObject({
      code: 'draft.incomplete',
      params: { step: 'biodata', reason: 'nik.sex' },
    });
    const warnings = [{ code: 'nik.sex' as const, reason: 'Cocok dengan KK' }];
    const given = { ...open, revision: open.revision + 1, warnings };
    await store.store.drafts.commit(given, [], TEST_NOW);
    expect(await recordDraft(store, given)).toMatchObject({ nama: 'SUPARMAN' });
  });

  test('with a correction that nobody confirmed for this packet, or that was changed since', async () => {
    const change = { field: 'alamat', before: biodata.alamat, after: 'DUSUN 3', document: 'KK' } as const;
    const draft = await completeDraft(store, nik(0), { change: corrected({ alamat: change.after }) });
    const commit = async (corrections: Draft['corrections'], revision: number): Promise<Draft> => {
      const next = { ...draft, corrections, revision };
      await store.store.drafts.commit(next, [], TEST_NOW);
      return next;
    };
    await expect(recordDraft(store, draft)).rejects.toMatchObject({ code: 'correction.unconfirmed' });
    const by = store.operator.accountId;
    const told = await store.store.drafts.correct(draft.packetId, change, by, TEST_NOW);
    await expect(
      recordDraft(store, await commit([{ ...told, document: 'Akta 1' }], 3)),
    ).rejects.toMatchObject({ code: 'correction.unconfirmed' });
    expect(await recordDraft(store, await commit([told], 4))).toMatchObject({ sequence: 1 });
  });

  test('at another revision than the committed one', async () => {
    const draft = await completeDraft(store, nik(0));
    await expect(recordDraft(store, { ...draft, revision: 7 })).rejects.toMatchObject({
      code: 'draft.stale',
    });
  });

  test('for a draft that nobody began', async () => {
    const draft = await completeDraft(store, nik(0));
    await expect(recordDraft(store, { ...draft, packetId: newPacketId() })).rejects.toMatchObject({
      code: 'draft.unknown',
    });
  });

  test('when the NIK was recorded here meanwhile under another packet', async () => {
    const first = await completeDraft(store, nik(0));
    store.db.write((tx) => tx.run('UPDATE draft SET set_aside = 1 WHERE packet_id = ?', first.packetId));
    const second = await completeDraft(store, nik(0));
    await recordDraft(store, second);
    store.db.write((tx) => tx.run('UPDATE draft SET set_aside = 0 WHERE packet_id = ?', first.packetId));
    await expect(recordDraft(store, first)).rejects.toMatchObject({ code: 'resident.recordedHere' });
    expect(store.api.outbox.lastSequence()).toBe(1);
  });
});

test('what the center could never take is refused before the commit, by its largest part, and stays a draft', async () => {
  const large = testCaptures(PART_NAMES, 1_100_000).map((capture) =>
    capture.part.name === 'iris.left' ? (testCaptures(['iris.left'], 1_300_000)[0] ?? capture) : capture,
  );
  const draft = await completeDraft(store, nik(0), { captures: large });
  await expect(recordDraft(store, draft)).rejects.toMatchObject({
    code: 'draft.tooLarge',
    params: { part: 'iris.left', megabytes: 18 },
  });
  expect(store.api.outbox.lastSequence()).toBe(0);
  expect(store.api.drafts.list()).toMatchObject([{ packetId: draft.packetId, revision: draft.revision }]);
});

test('with an exception and its reason a record is complete', async () => {
  const captures = testCaptures(PART_NAMES.filter((name) => name !== 'finger.left.thumb'));
  const { packetId } = await recordResident(store, nik(0), {
    captures,
    change: { exceptions: [{ part: 'finger.left.thumb', reason: 'amputated', note: '' }] },
  });
  expect((await openSealed(packetId)).enrollment.exceptions).toHaveLength(1);
});

test('a sixteen-year-old is marked as early', async () => {
  register(store, { ...testBiodata(0), tanggalLahir: '1995-06-01', statusKawin: 1 });
  const reason = 'Cocok dengan akta kelahiran';
  const warnings = (['early', 'nik.birthDate'] as const).map((code) => ({ code, reason }));
  const { packetId } = await recordResident(store, nik(0), { change: { warnings } });
  expect((await openSealed(packetId)).enrollment.early).toBe(true);
});

test('one that the center wants recorded anew can be, and its packet names the old one', async () => {
  const old = await recordResident(store, nik(0));
  store.api.outbox.received([{ packetId: old.packetId, receipt: 'a.b.c', receivedAt: TEST_NOW }]);
  const verdict: Omit<Outcome, 'remedy'> = {
    packetId: old.packetId,
    verdict: 'rejected',
    reasons: [],
    decidedAt: '2011-11-14T05:00:00.000Z',
  };
  store.api.outbox.outcomes([{ ...verdict, remedy: 'amend' }], 'c1', TEST_NOW);
  await expect(completeDraft(store, nik(0))).rejects.toMatchObject({ code: 'resident.recordedHere' });
  store.api.outbox.outcomes([{ ...verdict, remedy: 'recapture' }], 'c2', TEST_NOW);
  expect(store.api.residents.find(nik(0), 1)[0]?.recorded).toBe('no');
  const replacement = await recordResident(store, nik(0));
  const [item] = store.api.outbox.due(TEST_NOW, 1, false);
  expect((await readManifest(item?.manifest ?? '')).replaces).toBe(old.packetId);
  expect(store.api.residents.find(nik(0), 1)[0]?.recorded).toBe('here');
  store.api.outbox.received([{ packetId: replacement.packetId, receipt: 'd.e.f', receivedAt: TEST_NOW }]);
  const states = store.api.outbox.list('all', 0, 5).rows.map(({ state }) => state);
  expect(states).toEqual(['received', 'superseded']);
});
