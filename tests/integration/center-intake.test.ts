import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { outcomesAnswerSchema, PATHS, reconcileAnswerSchema, type Outcome } from '../../app/sync/protocol.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import {
  activateStation,
  type PacketOptions,
  type TestPacket,
  type TestStation,
} from '../helpers/center-station.ts';

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

async function outcomesOf(
  of: TestStation,
  after = '',
): Promise<{ outcomes: Outcome[]; cursor: string; more: boolean }> {
  const answer = await of.call('GET', `${PATHS.outcomes}?after=${after}`);
  return outcomesAnswerSchema.parse(answer.json);
}

async function deliver(
  biodata: Biodata,
  options: PacketOptions = {},
): Promise<{ packet: TestPacket; outcome: Outcome | undefined }> {
  const packet = await station.packet(biodata, options);
  expect((await station.create(packet)).status).toBe(201);
  given += 1;
  await center.outcomes(given);
  const { outcomes } = await outcomesOf(station);
  return { packet, outcome: outcomes.find(({ packetId }) => packetId === packet.id) };
}

describe('an outcome', () => {
  test('brings corrected biodata to every desk, also one that knew of the recording before', async () => {
    const other = await activateStation(center, 'Meja 3');
    const resident = nextResident();
    const biodata = { ...resident, alamat: 'JALAN BARU 9' };
    const packet = await station.packet(biodata);
    // In the order of a cycle the journal goes first.
    const fact = { type: 'recorded', nik: nikSchema.parse(resident.nik), packetId: packet.id } as const;
    const entries = [station.entry(fact)];
    expect((await station.call('POST', PATHS.journal, { json: { entries } })).status).toBe(200);
    const cursor = String((await other.reference()).at(-1)?.['cursor']);
    await station.create(packet);
    given += 1;
    await center.outcomes(given);
    expect(await other.reference(cursor)).toContainEqual(
      expect.objectContaining({ type: 'resident', biodata }),
    );
  });

  test('is accepted for a resident of the register, who is then recorded for everybody', async () => {
    const resident = nextResident();
    const { packet, outcome } = await deliver(resident);
    expect(outcome).toMatchObject({ verdict: 'accepted', remedy: null, reasons: [] });
    const other = await activateStation(center, 'Meja 2');
    const line = (await other.reference()).find(
      (one) => (one['biodata'] as Biodata | undefined)?.nik === resident.nik,
    );
    expect(line).toMatchObject({ recorded: { stationId: station.id, packetId: packet.id } });
  });

  test('is duplicate for the second packet of a NIK, and for one recorded before this center', async () => {
    const resident = nextResident();
    expect((await deliver(resident)).outcome?.verdict).toBe('accepted');
    const reasons = [{ code: 'nik.recorded', at: 'nik' }];
    expect((await deliver(resident)).outcome).toMatchObject({ verdict: 'duplicate', reasons });
    const [before] = (await center.residents({ desa: '32.09.03.2007' })) as [Biodata];
    expect((await deliver(before)).outcome).toMatchObject({ verdict: 'duplicate', reasons });
  });

  test('is amend for an unknown NIK and for impossible biodata', async () => {
    const unknown = { ...nextResident(), nik: nikSchema.parse('3209035708459999') };
    expect((await deliver(unknown)).outcome).toMatchObject({
      verdict: 'rejected',
      remedy: 'amend',
      reasons: [{ code: 'nik.unknown', at: 'nik' }],
    });
    const elsewhere = { ...nextResident(), desa: '33.29.12.2001' };
    expect((await deliver(elsewhere)).outcome).toMatchObject({
      verdict: 'rejected',
      remedy: 'amend',
      reasons: [{ code: 'biodata', at: 'desa' }],
    });
  });

  test('is recapture for what cannot be read as a whole, amend for a part, and names it', async () => {
    const noise = await deliver(nextResident(), { sealed: randomBytes(3000) });
    expect(noise.outcome).toMatchObject({
      verdict: 'rejected',
      remedy: 'recapture',
      reasons: [{ code: 'packet.unreadable', at: null }],
    });
    const part = { name: 'iris.left', bytes: randomBytes(500) } as const;
    expect((await deliver(nextResident(), { part })).outcome).toMatchObject({
      remedy: 'amend',
      reasons: [{ code: 'part.format', at: 'iris.left' }],
    });
    const wrong = await deliver(nextResident(), { enrollment: { kecamatan: '33.29.12' } });
    expect(wrong.outcome).toMatchObject({
      remedy: 'recapture',
      reasons: [{ code: 'packet.schema', at: 'kecamatan' }],
    });
  });

  test('leaves a resident free whose packet must be captured again', async () => {
    const resident = nextResident();
    const packet = await station.packet(resident, { sealed: randomBytes(3000) });
    const fact = { type: 'recorded', nik: resident.nik, packetId: packet.id } as const;
    await station.call('POST', PATHS.journal, { json: { entries: [station.entry(fact)] } });
    const recorded = async () =>
      (await center.residents({ recorded: true })).some(({ nik }) => nik === resident.nik);
    expect(await recorded()).toBe(true);
    await station.create(packet);
    given += 1;
    await center.outcomes(given);
    expect(await recorded()).toBe(false);
    expect((await deliver(resident)).outcome?.verdict).toBe('accepted');
  });

  test('comes after a cursor, once, and only to the station concerned', async () => {
    const { cursor, more } = await outcomesOf(station);
    expect(more).toBe(false);
    expect((await outcomesOf(station, cursor)).outcomes).toEqual([]);
    const { packet } = await deliver(nextResident());
    expect((await outcomesOf(station, cursor)).outcomes.map(({ packetId }) => packetId)).toEqual([packet.id]);
    const other = await activateStation(center, 'Meja 3');
    expect((await outcomesOf(other)).outcomes).toEqual([]);
  });

  test('waits through a restart of the center', async () => {
    center.running.control.pauseIntake();
    const packet = await station.packet(nextResident());
    await station.create(packet);
    await center.restart();
    given += 1;
    await center.outcomes(given);
    const { outcomes } = await outcomesOf(station);
    expect(outcomes.find(({ packetId }) => packetId === packet.id)?.verdict).toBe('accepted');
  });
});

test('reconcile finds what is missing, unknown, mismatched and never made', async () => {
  const alone = await activateStation(center, 'Meja 4');
  const listed = (packet: TestPacket) => ({
    sequence: packet.manifest.sequence,
    packetId: packet.id,
    manifestSha256: packet.manifestSha256,
  });
  const here = await alone.packet(nextResident());
  const lost = await alone.packet(nextResident());
  const other = await alone.packet(nextResident());
  const silent = await alone.packet(nextResident());
  const last = await alone.packet(nextResident(), { skip: 3 });
  for (const packet of [here, other, silent, last]) expect((await alone.create(packet)).status).toBe(201);
  const json = {
    from: 1,
    to: 8,
    packets: [
      listed(here),
      listed(lost),
      { ...listed(other), manifestSha256: here.manifestSha256 },
      listed(last),
    ],
  };
  const answer = await alone.call('POST', PATHS.reconcile, { json });
  expect(reconcileAnswerSchema.parse(answer.json)).toEqual({
    missing: [lost.id],
    unknown: [{ sequence: 4, packetId: silent.id }],
    mismatched: [other.id],
    gaps: [
      { from: 5, to: 6 },
      { from: 8, to: 8 },
    ],
  });
});
