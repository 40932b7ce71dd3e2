// A station's PC dies. What lies on its mirror is taken over by a new PC, or by the kecamatan's other station, with the
// code from the paper and two persons; with a real center over HTTPS, real stores and real files. Everything is at the
// center exactly once, under the dead station's own manifests, and its key is worth nothing any more.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { KIT_FILE, kitSchema } from '../../app/sync/recovery.ts';
import { decodeJwt } from 'jose';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { filesEnding, mirrorOf, mirrorOn, secondDisk } from '../helpers/mirror.ts';
import { office } from '../helpers/office.ts';
import { findPlainText } from '../helpers/plain-text.ts';
import { restart } from '../helpers/restart.ts';
import { handOver, recordResident, type TestStore } from '../helpers/store.ts';
import { deadOffice, newPc, printKit, takeoverAt, TWO } from '../helpers/takeover.ts';
import { TestStation } from '../helpers/center-station.ts';

let center: TestCenter;
beforeAll(async () => {
  center = await startTestCenter({ residents: 60 });
});

const dies = async (counts: Parameters<typeof deadOffice>[0]) =>
  deadOffice(counts, { center, code: await center.activationCode() });

/** What the center holds of the station whose mirror this is, each packet once by its key there. */
function heldOf(folder: string) {
  const { stationId } = kitSchema.parse(JSON.parse(readFileSync(path.join(folder, KIT_FILE), 'utf8')));
  return center.running.db
    .selectFrom('packet')
    .select(['packet_id', 'station_id', 'sequence', 'receipt'])
    .where('station_id', '=', stationId)
    .orderBy('sequence')
    .execute();
}
const countOf = async (folder: string) => (await heldOf(folder)).length;

const idOf = (store: TestStore) => store.api.station.record()?.activation.stationId ?? '';

/** A copy of a mirror, to be spoiled. */
function copyOf(folder: string): string {
  const copy = path.join(secondDisk(), path.basename(folder));
  cpSync(folder, copy, { recursive: true });
  return copy;
}

test('a new PC takes over: activated by the voucher, everything at the center once, the dead key refused', async () => {
  const dead = await dies({ sent: 2, waiting: 4 });
  const { folder, code, sent, unsent } = dead;
  const pc = await newPc();
  const found = await pc.takeover.choose(path.dirname(folder));
  expect(found).toMatchObject({ label: 'Meja 1', packets: 6, halves: 0 });
  // As people type: lower case, blanks, O for 0.
  const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o');
  expect(await pc.takeover.run(typed, TWO)).toEqual({
    ...{ found: 6, taken: 6, known: 0, rowless: 0, damaged: 0, foreign: 0, halves: 0 },
  });

  const engine = await pc.engine();
  await engine.syncNow();
  await expect.poll(() => pc.test.api.outbox.summary(0).waiting, { timeout: 20_000 }).toBe(0);
  const held = await heldOf(folder);
  expect(held.map(({ packet_id }) => packet_id)).toEqual([...sent, ...unsent]);
  expect(held.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
  // The very receipts that the center gave are here, of those that were sent before too.
  for (const { packet_id, receipt } of held)
    expect(pc.test.api.outbox.subject(packet_id, receipt)).toMatchObject({ isKnown: true });
  // Names came with them, and so did G3.
  const { rows } = pc.test.api.outbox.list('all', 0, 10);
  expect(rows.map(({ sequence }) => sequence)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(rows.every(({ origin, nama, nik }) => origin === 'Meja 1' && nama !== '' && nik.length === 16)).toBe(
    true,
  );
  await expect.poll(() => pc.test.api.residents.count(), { timeout: 20_000 }).toBe(60);
  expect(() =>
    pc.test.api.drafts.begin({
      ...{ packetId: sent[0] as never, nik: rows[0]?.nik as never, date: dead.date },
      ...{ by: pc.test.operator.accountId, now: Date.now() },
    }),
  ).toThrow(expect.objectContaining({ code: 'resident.recordedHere' }));

  // Its own numbers begin at one, and reconcile finds nothing to tell of.
  const own = await recordResident(pc.test, dead.waiting[0] ?? '', { now: Date.now(), date: dead.date });
  expect(own.sequence).toBe(1);
  await engine.syncNow();
  await expect.poll(() => pc.test.api.outbox.summary(0).received, { timeout: 20_000 }).toBe(7);
  expect(pc.test.api.findings.latest(10)).toEqual([]);
  // The verdicts about the dead one's packets come here, about those that it sent itself too.
  await center.outcomes(7);
  await expect
    .poll(
      async () => {
        await engine.syncNow();
        return pc.test.api.outbox.list('all', 0, 10).rows.filter(({ outcome }) => outcome !== null).length;
      },
      { timeout: 20_000 },
    )
    .toBe(7);

  const [state] = (await pc.takeover.state()).takeovers;
  expect(state).toMatchObject({ label: 'Meja 1', waiting: 0, received: 6, refused: false });
  expect(state?.toldAt).not.toBeNull();
  // The dead one comes alive again.
  const station = held[0]?.station_id ?? ('' as never);
  const alive = new TestStation(center, dead.test.stationKey, {
    ...dead.test.activation,
    stationId: station,
  });
  expect((await alive.call('GET', '/v1/outcomes')).problem).toBe('station-revoked');
  const record = pc.test.api.station.record();
  if (record === null) throw new Error('not activated');
  const deliverer = new TestStation(center, pc.test.stationKey, record.activation);
  const [resident] = (await center.residents({ recorded: false })).slice(-1);
  if (resident === undefined) throw new Error('nobody left');
  const activation = { ...record.activation, stationId: station };
  const signer = new TestStation(center, dead.test.stationKey, activation);
  signer.sequence = 6;
  // What its key signs now is refused from whoever brings it: a new number, and a second packet under an old one.
  expect((await deliverer.create(await signer.packet(resident))).problem).toBe('manifest-late');
  signer.sequence = 3;
  expect((await deliverer.create(await signer.packet(resident))).problem).toBe('manifest-conflict');
  expect(await countOf(folder)).toBe(6);
});

test('the kecamatan’s other station takes over, offline first; again, it brings nothing twice', async () => {
  const dead = await dies({ sent: 1, waiting: 3 });
  const { folder, code } = dead;
  const other = await office({ center, code: await center.activationCode('Meja 2') });
  await other.record(2);
  await center.stop();
  const takeover = takeoverAt(other.test, { taken: () => other.engine.wake() });
  await takeover.choose(folder);
  expect(await takeover.run(code, TWO)).toMatchObject({ taken: 4, known: 0 });
  expect((await takeover.state()).takeovers[0]).toMatchObject({ waiting: 4, received: 0, toldAt: null });
  expect(await takeover.run(code, TWO)).toMatchObject({ taken: 0, known: 4 });
  // Oldest first, and those that one disk alone holds before everything else.
  expect(other.test.api.outbox.due(Date.now(), 10, true).map(({ sequence }) => sequence)).toEqual([
    1, 2, 3, 4, 1, 2,
  ]);
  await center.start();
  await other.engine.syncNow();
  await expect.poll(() => other.test.api.outbox.summary(0).waiting, { timeout: 20_000 }).toBe(0);
  expect(await countOf(folder)).toBe(4);
  expect(other.test.api.outbox.summary(0).received).toBe(6);
  await expect
    .poll(async () => (await takeover.state()).takeovers[0]?.toldAt, { timeout: 20_000 })
    .not.toBeNull();

  // Its own mirror holds them too: a database that is lost brings them back as what they are.
  const disk = secondDisk();
  const { mirror, settled } = mirrorOf(other.test);
  await mirror.choose(disk, other.test.supervisor.accountId);
  await settled();
  await mirror.stop();
  const files = filesEnding(mirrorOn(disk), '.jws');
  expect(files).toHaveLength(6);
  const stations = files.map((name) => {
    const entry = decodeJwt(readFileSync(path.join(mirrorOn(disk), name), 'ascii')) as { manifest: string };
    return decodeJwt(entry.manifest)['stationId'];
  });
  expect(stations.filter((id) => id === idOf(other.test))).toHaveLength(2);
  await other.engine.stop();
  other.test.close();
  truncateSync(other.test.file, 0);
  const again = await restart(other.test);
  await again.settled();
  const { rows } = await again.store.outbox.list('all', 0, 10);
  expect(rows.map(({ sequence, origin }) => [sequence, origin === null])).toEqual([
    ...[2, 1].map((sequence) => [sequence, true]),
    ...rows.slice(2).map(({ sequence }) => [sequence, false]),
  ]);
  expect(new Set(rows.slice(2).map(({ sequence }) => sequence))).toEqual(new Set([1, 2, 3, 4]));
  expect(await again.store.outbox.lastSequence()).toBe(2);
});

test('nobody gets in without the right code and two persons, one of them a supervisor', async () => {
  const dead = await dies({ sent: 0, waiting: 1 });
  const { folder, code } = dead;
  const pc = await newPc();
  await pc.takeover.choose(folder);
  const fails = (given: string, persons = TWO) =>
    pc.takeover.run(given, persons).then(
      () => 'ran',
      (error: { code?: string }) => error.code,
    );
  const [supervisor, operator] = TWO;
  const swapped = code[0] === 'A' ? 'B' : 'A';
  expect(await fails(code.slice(1))).toBe('takeover.codeLength');
  expect(await fails(swapped + code.slice(1))).toBe('takeover.codeMistyped');
  const other = await office({ center, code: await center.activationCode() });
  const otherCode = await printKit(other);
  expect(await fails(otherCode)).toBe('takeover.codeWrong');
  expect(await fails(code, [supervisor, supervisor])).toBe('second.same');
  expect(await fails(code, [supervisor, { ...supervisor, username: ' SUPERVISOR ' }])).toBe('second.same');
  expect(await fails(code, [supervisor, { username: 'operator', password: 'salah' }])).toBe(
    'takeover.password',
  );
  expect(await fails(code, [supervisor, { username: 'siapa', password: 'x' }])).toBe('takeover.password');
  // The operator alone, and with a made-up second.
  expect(await fails(code, [operator, operator])).toBe('second.same');
  for (let again = 0; again < 5; again += 1)
    await fails(code, [supervisor, { username: 'operator', password: 'salah' }]);
  expect(await fails(code)).toBe('login.locked');
  expect(pc.test.api.takeovers.list()).toEqual([]);
  expect(pc.test.api.accounts.count()).toBe(0);
  expect(pc.test.api.outbox.summary(0).waiting).toBe(0);

  // Two operators, where the supervisor has become one since.
  const demoted = other.test.api.accounts.byUsername(supervisor.username);
  if (demoted === null) throw new Error('no supervisor');
  const takeover = takeoverAt(other.test, {
    confirm: (person) =>
      Promise.resolve({
        role: 'operator',
        mustChange: false,
        id: person === supervisor ? demoted.id : dead.test.operator.accountId,
      }),
  });
  await takeover.choose(folder);
  await expect(takeover.run(code, TWO)).rejects.toMatchObject({ code: 'second.noSupervisor' });
});

test('a new sheet makes the old one void: its code opens nothing, its voucher makes no station', async () => {
  const dead = await office({ center, code: await center.activationCode() });
  const disk = secondDisk();
  const { mirror, settled, until } = mirrorOf(dead.test);
  await until(({ state }) => state === 'none');
  await mirror.choose(disk, dead.test.supervisor.accountId);
  const first = await printKit(dead);
  await dead.record(1);
  await settled();
  const old = copyOf(mirrorOn(disk));
  await expect(printKit(dead, 'bukan sandinya')).rejects.toMatchObject({ code: 'password.wrong' });
  const second = await printKit(dead);
  await dead.engine.stop();
  mirror.wake();
  const kit = () => kitSchema.parse(JSON.parse(readFileSync(path.join(mirrorOn(disk), KIT_FILE), 'utf8')));
  const before = kitSchema.parse(JSON.parse(readFileSync(path.join(old, KIT_FILE), 'utf8')));
  await expect.poll(() => kit().center).not.toBe(before.center);
  await mirror.stop();
  expect(JSON.parse(readFileSync(path.join(dead.test.dir, KIT_FILE), 'utf8'))).toMatchObject({
    salt: kit().salt,
  });
  const pc = await newPc();
  await pc.takeover.choose(mirrorOn(disk));
  await expect(pc.takeover.run(first, TWO)).rejects.toMatchObject({ code: 'takeover.codeWrong' });
  // An old copy of the disk with its old paper: the packets come in, and no station.
  await pc.takeover.choose(old);
  expect(await pc.takeover.run(first, TWO)).toMatchObject({ taken: 1 });
  await expect.poll(async () => (await pc.takeover.state()).activation, { timeout: 20_000 }).toBe('refused');
  expect(pc.test.api.outbox.summary(0).waiting).toBe(1);
  // The newest paper after all: nothing comes in twice, and the station stands.
  await pc.takeover.choose(mirrorOn(disk));
  expect(await pc.takeover.run(second, TWO)).toMatchObject({ taken: 0, known: 1 });
  await (await pc.engine()).syncNow();
  await expect.poll(() => pc.test.api.outbox.summary(0).waiting, { timeout: 20_000 }).toBe(0);
  expect(await countOf(mirrorOn(disk))).toBe(1);
  // Nothing of the kit is plain on a disk, and nothing of the voucher or the recovery key at the dead station.
  const secrets = ['AGE-SECRET-KEY', 'argon2id', first, second, ...TWO.map(({ password }) => password)];
  expect(findPlainText(disk, secrets)).toEqual([]);
  expect(
    dead.test.db
      .all<{ value: string }>('SELECT value FROM setting')
      .map(({ value }) => value)
      .join(),
  ).not.toMatch(/AGE-SECRET-KEY/);
});

test('damaged, half-copied, foreign and other-kecamatan mirrors: a clear report, and the rest comes in', async () => {
  const dead = await dies({ sent: 0, waiting: 5 });
  const folder = copyOf(dead.folder);
  const [spoiled, cut, forged, half] = dead.unsent;
  const file = (id: string | undefined, end: string) => path.join(folder, `${id}${end}`);
  const bytes = readFileSync(file(spoiled, '.age'));
  bytes[900] = (bytes[900] ?? 0) ^ 1;
  writeFileSync(file(spoiled, '.age'), bytes);
  writeFileSync(file(cut, '.age'), readFileSync(file(cut, '.age')).subarray(0, 500));
  const [header, payload] = readFileSync(file(forged, '.jws'), 'ascii').split('.');
  writeFileSync(file(forged, '.jws'), `${header}.${payload}.${'A'.repeat(86)}`);
  rmSync(file(half, '.jws'));
  writeFileSync(path.join(folder, 'foto.jpg'), 'not ours');
  const pc = await newPc();
  expect(await pc.takeover.choose(folder)).toMatchObject({ packets: 4, halves: 1 });
  expect(await pc.takeover.run(dead.code, TWO)).toEqual({
    ...{ found: 4, taken: 1, known: 0, rowless: 0, damaged: 2, foreign: 1, halves: 1 },
  });
  const engine = await pc.engine();
  await engine.syncNow();
  await expect.poll(() => countOf(dead.folder), { timeout: 20_000 }).toBe(1);
  // Reconcile says which numbers nobody has.
  const gaps = async () => (await pc.takeover.state()).takeovers[0]?.gaps;
  await expect.poll(gaps, { timeout: 20_000 }).toEqual([{ from: 1, to: 4 }]);
  // The whole disk is found after all.
  await pc.takeover.choose(dead.folder);
  expect(await pc.takeover.run(dead.code, TWO)).toMatchObject({ taken: 4, known: 1, damaged: 0 });
  await engine.syncNow();
  await expect.poll(() => countOf(dead.folder), { timeout: 20_000 }).toBe(5);

  const empty = secondDisk();
  const chooses = (where: string) =>
    pc.takeover.choose(where).then(
      () => 'chosen',
      (error: { code?: string }) => error.code,
    );
  expect(await chooses(empty)).toBe('takeover.noMirror');
  expect(await chooses(path.join(empty, 'nowhere'))).toBe('takeover.diskGone');
  cpSync(dead.folder, path.join(empty, path.basename(dead.folder)), { recursive: true });
  cpSync(dead.folder, path.join(empty, 'rekam-salinan-other'), { recursive: true });
  expect(await chooses(empty)).toBe('takeover.severalMirrors');
  writeFileSync(path.join(empty, 'rekam-salinan-other', KIT_FILE), '{');
  expect(await chooses(path.join(empty, 'rekam-salinan-other'))).toBe('takeover.noKit');

  const record = pc.test.api.station.record();
  if (record === null) throw new Error('not activated');
  const kecamatan = { ...record.activation.kecamatan, kode: '33.29.12' };
  const foreign = takeoverAt(pc.test, {
    record: () => Promise.resolve({ ...record, activation: { ...record.activation, kecamatan } }),
  });
  await foreign.choose(dead.folder);
  await expect(foreign.run(dead.code, TWO)).rejects.toMatchObject({ code: 'takeover.otherKecamatan' });
  const own = takeoverAt(pc.test, {
    record: () =>
      Promise.resolve({
        ...record,
        activation: {
          ...record.activation,
          stationId: JSON.parse(readFileSync(path.join(dead.folder, KIT_FILE), 'utf8')).stationId,
        },
      }),
  });
  await expect(own.choose(dead.folder)).rejects.toMatchObject({ code: 'takeover.ownMirror' });
});

test('without the link, and killed in the middle: it goes on when it is begun again, brings nothing twice, and the station stands once there is a link', async () => {
  const dead = await dies({ sent: 0, waiting: 8 });
  await center.stop();
  const pc = await newPc();
  const given = path.join(mkdtempSync(path.join(tmpdir(), 'rekam-given-')), 'given');
  onTestFinished(() => rmSync(path.dirname(given), { recursive: true, force: true }));
  writeFileSync(given, handOver(pc.test), { mode: 0o600 });
  pc.test.db.checkpoint();
  const child = spawn(
    process.execPath,
    [
      path.resolve(import.meta.dirname, '../helpers/takeover-child.ts'),
      ...[given, dead.folder, dead.code, JSON.stringify(TWO)],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (said.split('adopted').length > 3) child.kill('SIGKILL');
  });
  const [exit, signal] = (await once(child, 'exit')) as [number | null, string | null];
  expect([exit, signal]).toEqual([null, 'SIGKILL']);
  const inAlready = pc.test.api.outbox.summary(0).waiting;
  expect(inAlready).toBeGreaterThanOrEqual(3);
  expect(inAlready).toBeLessThan(8);
  // Half of a takeover tells the center nothing yet, and says of itself that it is not over.
  expect(pc.test.api.takeovers.untold()).toEqual([]);
  expect((await pc.takeover.state()).takeovers[0]).toMatchObject({ endedAt: null, report: null });
  await pc.takeover.choose(dead.folder);
  expect(await pc.takeover.run(dead.code, TWO)).toMatchObject({ taken: 8 - inAlready, known: inAlready });
  expect((await pc.takeover.state()).activation).toBe('pending');
  // The accounts of the kit are here: a wrong password counts as it counts everywhere.
  expect(pc.test.api.accounts.count()).toBe(2);
  await center.start();
  pc.takeover.retry();
  await (await pc.engine()).syncNow();
  await expect.poll(() => countOf(dead.folder), { timeout: 20_000 }).toBe(8);
  expect((await pc.takeover.state()).activation).toBe('done');
});
