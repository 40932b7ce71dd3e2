import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { packetIdSchema, type PacketId } from '../../app/ids.ts';
import { outcomesAnswerSchema, PATHS, type Outcome } from '../../app/sync/protocol.ts';
import { v7 as uuidv7 } from 'uuid';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { activateStation, type TestPacket, type TestStation } from '../helpers/center-station.ts';

/** Amendments as another implementer would send them, and what the center makes of each. */
let center: TestCenter;
let station: TestStation;
let residents: Biodata[];
let given = 0;
beforeAll(async () => {
  center = await startTestCenter();
  station = await activateStation(center);
  residents = await center.residents({ recorded: false });
});

function nextResident(): Biodata {
  const resident = residents.shift();
  if (resident === undefined) throw new Error('no resident left');
  return resident;
}

async function outcomeOf(id: PacketId): Promise<Outcome | undefined> {
  const answer = await station.call('GET', `${PATHS.outcomes}?after=`);
  return outcomesAnswerSchema.parse(answer.json).outcomes.find(({ packetId }) => packetId === id);
}

async function deliver(packet: TestPacket): Promise<Outcome | undefined> {
  expect((await station.create(packet)).status).toBe(201);
  given += 1;
  await center.outcomes(given);
  return outcomeOf(packet.id);
}

const IRIS = { name: 'iris.left', bytes: randomBytes(500) } as const;
const GOOD_IRIS = {
  name: 'iris.left',
  bytes: Buffer.concat([Buffer.from('IIR\0'), randomBytes(500)]),
} as const;
const ELSEWHERE = { desa: '33.29.12.2001' };

test('every fault is named at once, and each may be mended on its own', async () => {
  const resident = nextResident();
  const original = await station.packet({ ...resident, ...ELSEWHERE }, { part: IRIS });
  expect(await deliver(original)).toMatchObject({
    verdict: 'rejected',
    remedy: 'amend',
    reasons: [
      { code: 'part.format', at: 'iris.left' },
      { code: 'biodata', at: 'desa' },
    ],
  });
  const biodataOnly = await station.amendment(original.id, resident);
  expect(await deliver(biodataOnly)).toMatchObject({
    remedy: 'amend',
    reasons: [{ code: 'part.format', at: 'iris.left' }],
  });
  const partOnly = await station.amendment(biodataOnly.id, resident, { partsOnly: true, part: GOOD_IRIS });
  expect(await deliver(partOnly)).toMatchObject({ verdict: 'accepted', reasons: [] });
  const known = (await center.residents({ recorded: true })).find(({ nik }) => nik === resident.nik);
  expect(known?.desa).toBe(resident.desa);
});

test('what it amends was accepted: a duplicate, and the register keeps what was accepted', async () => {
  const resident = nextResident();
  const original = await station.packet(resident);
  expect((await deliver(original))?.verdict).toBe('accepted');
  const late = await station.amendment(original.id, { ...resident, alamat: 'DUSUN LAIN' });
  expect(await deliver(late)).toMatchObject({
    verdict: 'duplicate',
    remedy: null,
    reasons: [{ code: 'amends.accepted', at: null }],
  });
  const known = (await center.residents({ recorded: true })).find(({ nik }) => nik === resident.nik);
  expect(known?.alamat).toBe(resident.alamat);
});

test.each([
  ['speaks of another person', { nik: true }, { code: 'packet.schema', at: 'nik' }],
  ['is a whole enrollment', { whole: true }, { code: 'packet.schema', at: null }],
  ['names another packet inside', { inside: true }, { code: 'packet.schema', at: 'amends' }],
])(
  'an amendment that %s is refused',
  async (_, how: Partial<Record<'nik' | 'whole' | 'inside', boolean>>, reason) => {
    const resident = nextResident();
    const original = await station.packet(resident, { part: IRIS });
    await deliver(original);
    const manifest = { kind: 'amendment', amends: original.id } as const;
    const packet =
      how.whole === true
        ? await station.packet(resident, { manifest })
        : await station.amendment(original.id, how.nik === true ? nextResident() : resident, {
            part: GOOD_IRIS,
            ...(how.inside === true && { amendment: { amends: packetIdSchema.parse(uuidv7()) } }),
          });
    expect(await deliver(packet)).toMatchObject({
      verdict: 'rejected',
      remedy: 'recapture',
      reasons: [reason],
    });
    expect((await center.residents({ recorded: true })).some(({ nik }) => nik === resident.nik)).toBe(false);
  },
);

test('one whose original has not come waits for it, and is told when nobody sends it', async () => {
  const resident = nextResident();
  const original = await station.packet(resident, { part: IRIS });
  const early = await station.amendment(original.id, resident, { part: GOOD_IRIS });
  expect((await station.create(early)).status).toBe(201);
  // A later packet has its outcome: this one was looked at and put off.
  await deliver(await station.packet(nextResident()));
  expect(await outcomeOf(early.id)).toBeUndefined();
  await deliver(original);
  const again = () =>
    center.running.db
      .updateTable('packet')
      .set({ next_attempt_at: new Date() })
      .where('packet_id', '=', early.id);
  await again().execute();
  await center.restart();
  given += 1;
  await center.outcomes(given);
  expect((await outcomeOf(early.id))?.verdict).toBe('accepted');

  const orphan = await station.amendment(packetIdSchema.parse(uuidv7()), nextResident());
  center.running.control.pauseIntake();
  expect((await station.create(orphan)).status).toBe(201);
  await center.running.db
    .updateTable('packet')
    .set({ attempts: 300 })
    .where('packet_id', '=', orphan.id)
    .execute();
  center.running.control.resumeIntake();
  given += 1;
  await center.outcomes(given);
  expect(await outcomeOf(orphan.id)).toMatchObject({
    remedy: 'recapture',
    reasons: [{ code: 'amends.unknown', at: null }],
  });
});
