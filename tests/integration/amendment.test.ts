import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { PartName } from '../../app/enrollment/biometrics.ts';
import { sha256Schema, type PacketId } from '../../app/ids.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { Recorded } from '../../main/store/api.ts';
import { beginTask, mend, type Mend } from '../helpers/mend.ts';
import { office, type Office } from '../helpers/office.ts';
import { completeDraft, recordDraft, testCaptures } from '../helpers/store.ts';

/** Rejected packets through the station's own store and engine, a real center, and back. */
function capture(name: PartName, content: string): Capture {
  const [made] = testCaptures([name]);
  if (made === undefined) throw new Error('no capture');
  const bytes = new Uint8Array(Buffer.from(content, 'latin1'));
  const sha256 = sha256Schema.parse(createHash('sha256').update(bytes).digest('hex'));
  return { ...made, part: { ...made.part, size: bytes.length, sha256 }, bytes };
}

const SIGNATURE = capture('signature', '{"strokes":[[1,2]]}');
const FINGER = capture('finger.left.index', 'FIR\0 once more, and well');
const BAD_FINGER = capture('finger.left.index', 'no ISO record at all');

/** All parts well captured but those given. */
function captures(...other: readonly Capture[]): Capture[] {
  const over = new Map([SIGNATURE, ...other].map((one) => [one.part.name, one]));
  return testCaptures().map((one) => over.get(one.part.name) ?? one);
}

async function record({ test: store, waiting, date }: Office, made: readonly Capture[]): Promise<Recorded> {
  const nik = waiting.shift() ?? '';
  const now = Date.now();
  return recordDraft(store, await completeDraft(store, nik, { captures: made, now, date }), now, date);
}

/** Sends what waits and hears what the center says of so many packets in all. */
async function hear({ engine, center }: Office, outcomes: number): Promise<void> {
  await engine.syncNow();
  await center.outcomes(outcomes);
  await engine.syncNow();
}

const how = ({ date }: Office, more: Partial<Mend> = {}): Mend => ({ now: Date.now(), date, ...more });
const state = ({ test: store }: Office, id: PacketId) =>
  store.api.outbox.list('all', 0, 20).rows.find(({ packetId }) => packetId === id)?.state;
const tasks = ({ test: store }: Office) => store.api.tasks.list();

async function enrolledBy({ center }: Office, nik: string): Promise<string | null | undefined> {
  const row = await center.running.db
    .selectFrom('enrolled')
    .select('packet_id')
    .where('nik', '=', nik)
    .executeTakeFirst();
  return row?.packet_id;
}

test('one finger is captured again, and nothing else; the amendment of an amendment is accepted', async () => {
  const desk = await office();
  const first = await record(desk, captures(BAD_FINGER));
  await hear(desk, 1);
  expect(tasks(desk)).toMatchObject([
    {
      packetId: first.packetId,
      verdict: 'rejected',
      remedy: 'amend',
      reasons: [{ code: 'part.format', at: 'finger.left.index' }],
      biodata: false,
      parts: ['finger.left.index'],
    },
  ]);
  expect(desk.test.api.residents.byNik(first.nik)).toMatchObject({ task: first.packetId });
  expect(desk.test.api.outbox.summary(Date.parse(first.recordedAt))).toMatchObject({
    recordedToday: 1,
    tasks: 1,
  });

  const again = await mend(desk.test, first.packetId, how(desk, { captures: [BAD_FINGER] }));
  // While it waits there is nothing to do, and nobody can begin a second one.
  expect(tasks(desk)).toEqual([]);
  expect(() => beginTask(desk.test, first.packetId, how(desk))).toThrow('packet.state');
  expect(state(desk, first.packetId)).toBe('rejected');
  await hear(desk, 2);
  expect(state(desk, first.packetId)).toBe('superseded');
  expect(tasks(desk)).toMatchObject([{ packetId: again.packetId, parts: ['finger.left.index'] }]);

  const third = await mend(desk.test, again.packetId, how(desk, { captures: [FINGER] }));
  await hear(desk, 3);
  expect(state(desk, third.packetId)).toBe('accepted');
  expect(state(desk, again.packetId)).toBe('superseded');
  expect(tasks(desk)).toEqual([]);
  expect(await enrolledBy(desk, first.nik)).toBe(third.packetId);
  // One resident was recorded, whatever was mended; nobody else may record that resident meanwhile.
  expect(desk.test.api.outbox.summary(Date.parse(first.recordedAt))).toMatchObject({
    recordedToday: 1,
    tasks: 0,
    rejected: 0,
  });
  expect(desk.test.api.residents.byNik(first.nik)?.recorded).toMatchObject({ where: 'here' });
});

test('biodata are corrected without a capture, and the register learns them', async () => {
  const desk = await office();
  const [nik = ''] = desk.waiting;
  const { db } = desk.center.running;
  const row = await db.deleteFrom('resident').where('nik', '=', nik).returningAll().executeTakeFirstOrThrow();
  const first = await record(desk, captures());
  await hear(desk, 1);
  expect(tasks(desk)).toMatchObject([
    { nik, remedy: 'amend', reasons: [{ code: 'nik.unknown', at: 'nik' }], biodata: true, parts: [] },
  ]);
  await db
    .insertInto('resident')
    .values({ ...row, biodata: JSON.stringify(row.biodata) })
    .execute();
  const alamat = 'DUSUN MANIS 7';
  const second = await mend(desk.test, first.packetId, how(desk, { alamat }));
  const { size } = desk.test.api.outbox.list('pending', 0, 1).rows[0] ?? {};
  expect(size).toBeLessThan(2500);
  await hear(desk, 2);
  expect([state(desk, first.packetId), state(desk, second.packetId)]).toEqual(['superseded', 'accepted']);
  const known = (await desk.center.residents()).find((biodata) => biodata.nik === nik);
  expect(known?.alamat).toBe(alamat);
});

test('where the center wants it whole, the same task begins an enrollment that replaces the first', async () => {
  const desk = await office();
  const first = await record(desk, captures());
  // Before intake looks, a person decides.
  desk.center.running.control.pauseIntake();
  await desk.engine.syncNow();
  await desk.center.decide(first.packetId, {
    verdict: 'rejected',
    remedy: 'recapture',
    reasons: [{ code: 'packet.unreadable', at: null }],
  });
  desk.center.running.control.resumeIntake();
  await desk.engine.syncNow();
  expect(tasks(desk)).toMatchObject([{ packetId: first.packetId, remedy: 'recapture' }]);
  const made = captures();
  const change = { parts: made.map(({ part }) => part) };
  const second = await mend(desk.test, first.packetId, how(desk, { captures: made, change }));
  await hear(desk, 2);
  expect([state(desk, first.packetId), state(desk, second.packetId)]).toEqual(['superseded', 'accepted']);
});

test('what the center accepts after all cannot be amended any more', async () => {
  const desk = await office();
  const first = await record(desk, captures(BAD_FINGER));
  await hear(desk, 1);
  const draft = beginTask(desk.test, first.packetId, how(desk));
  expect(draft.amends).toEqual({
    packetId: first.packetId,
    biodata: false,
    parts: ['finger.left.index'],
    reasons: [{ code: 'part.format', at: 'finger.left.index' }],
  });
  await desk.center.decide(first.packetId, { verdict: 'accepted', remedy: null, reasons: [] });
  await desk.engine.syncNow();
  expect(state(desk, first.packetId)).toBe('accepted');
  expect(() => beginTask(desk.test, first.packetId, how(desk))).toThrow('packet.state');
  const done: typeof draft = {
    ...draft,
    revision: 1,
    parts: [FINGER.part],
    approval: { at: new Date().toISOString(), by: 'touch' },
  };
  desk.test.api.drafts.commit(done, [FINGER], Date.now());
  const request = {
    packetId: draft.packetId,
    revision: 1,
    by: desk.test.operator,
    now: Date.now(),
    date: desk.date,
  };
  await expect(desk.test.store.intake.record(request)).rejects.toThrow('packet.state');
  expect(desk.test.api.outbox.lastSequence()).toBe(1);
});
