import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { bech32 } from '@scure/base';
import { Decrypter } from 'age-encryption';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import type { Step } from '../../app/enrollment/biometrics.ts';
import { currentStep, openResident, workToTheEnd, workUntil } from '../../scripts/desk-work.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { atDisk, plainAdults } from '../helpers/closed-station.ts';
import { findSecrets, packedTable, secretText, type Secret } from '../helpers/stolen-disk.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** SIGKILL of the whole app: what survives it, and what it leaves lying about. */
let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let temporary: string;
const people: Biodata[] = [];

beforeAll(async () => {
  center = await startTestCenter({ residents: 600 });
  home = stationHome(center.url);
  temporary = path.join(home.folder, 'tmp');
  mkdirSync(temporary);
  people.push(...plainAdults(await center.residents({ recorded: false })));
  station = await launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(600);
  await login();
});

afterAll(async () => {
  await station.close();
  await center.close();
});

/** With a temporary folder of its own, so that what the app leaves there can be told from others' files. */
function launch(): Promise<StationWindow> {
  return home.launch({ env: { TMPDIR: temporary } });
}

async function login(): Promise<void> {
  const { username, password } = demoAccount('operator');
  await station.login(username, password);
}

async function powerCut(): Promise<void> {
  await station.kill();
  station = await launch();
  await login();
}

function person(index: number): Biodata {
  const one = people[index];
  if (one === undefined) throw new Error('the register has nobody left');
  return one;
}

it.each<[Step, number]>([
  ['biodata', 0],
  ['photo', 0],
  ['signature', 1],
  ['right4', 2],
  ['left4', 6],
  ['thumbs', 10],
  ['irises', 12],
  ['review', 14],
])('a draft cut at %s comes back there with its %i parts', async (step, parts) => {
  const { nik } = person(0);
  await openResident(station.page, nik);
  await workUntil(station.page, step);
  const before = await captured();
  await powerCut();
  await openResident(station.page, nik);
  expect(await currentStep(station.page)).toBe(step);
  expect(await captured()).toEqual(before);
  expect(before).toHaveLength(parts);
});

/** Names and hashes of the parts of the one draft, as main has them on disk. */
async function captured(): Promise<string[]> {
  return station.page.evaluate(async () => {
    const drafts = await window.rekam.drafts.list();
    if (!drafts.ok || drafts.value[0] === undefined) throw new Error('no draft');
    const loaded = await window.rekam.drafts.load(drafts.value[0].packetId);
    if (!loaded.ok) throw new Error(loaded.error.code);
    return loaded.value.captures.map(({ part }) => `${part.name} ${part.sha256}`).sort();
  });
}

it('what the desk confirmed in an outage is at the center once when both are back', async () => {
  await center.stop();
  const first = await workToTheEnd(station.page);
  await powerCut();
  expect(await station.outbox()).toMatchObject([{ sequence: first.sequence, state: 'recorded' }]);
  await center.start();
  await station.until((status) => status.outbox.received === 1);
  expect(await center.packetCount()).toBe(1);
});

it('each of these cuts is kept, with whoever had a number and was not served', async () => {
  await station.close();
  const kept = await atDisk(home, ({ api }) => api.outages.between(0, Number.MAX_SAFE_INTEGER));
  const stops = kept.filter(({ cause }) => cause === 'stop');
  // Eight with the one draft, and one after its resident was recorded.
  expect(stops.map(({ waiting }) => waiting.length)).toEqual([...Array<number>(8).fill(1), 0]);
  expect(stops.filter(({ startedAt, endedAt }) => endedAt === null || endedAt < startedAt)).toEqual([]);
});

/** What the desk has recorded in all when the disk is stolen. */
const STOLEN = 200;

it(`a disk stolen after ${STOLEN} enrollments, in the middle of one more, says nothing`, async () => {
  await center.stop();
  const secrets: Secret[] = [];
  const about = (who: string, { nik, nama, alamat }: Biodata) => {
    secrets.push(secretText(`NIK of ${who}`, nik));
    // A name of one short word is a word of the language too.
    if (nama.length >= 10) secrets.push(secretText(`name of ${who}`, nama));
    secrets.push(secretText(`NIK of ${who} in fours`, nik.replace(/(\d{4})(?=\d)/g, '$1 ')));
    if (alamat.length >= 10) secrets.push(secretText(`address of ${who}`, alamat));
  };
  const keep = (who: string, name: string, bytes: Uint8Array) =>
    secrets.push({
      name: `${name} of ${who}`,
      bytes: bytes.slice(bytes.length >> 1, (bytes.length >> 1) + 24),
    });
  const before = people.slice(2, STOLEN + 1);
  await atDisk(home, ({ record }) => {
    let index = 0;
    return record(before, 400, (captures) => {
      for (const { part, bytes } of captures) keep(`${index}`, part.name, bytes);
      index += 1;
    });
  });
  for (const [index, biodata] of before.entries()) about(String(index), biodata);
  about('the first', person(0));
  about('the last', person(1));
  station = await launch();
  await login();
  const drafting = person(STOLEN + 1);
  about('the draft', drafting);
  await openResident(station.page, person(1).nik);
  await workToTheEnd(station.page);
  await station.page.getByRole('combobox', { name: 'NIK atau nama' }).fill(drafting.nama);
  await openResident(station.page, drafting.nik);
  await workUntil(station.page, 'irises');
  for (const [name, bytes] of await draftParts()) keep('the draft', name, Buffer.from(bytes, 'base64'));
  await station.kill();

  const stolen = path.join(home.folder, 'stolen');
  cpSync(home.dataDir, path.join(stolen, 'data'), { recursive: true });
  cpSync(temporary, path.join(stolen, 'tmp'), { recursive: true });
  expect(readdirSync(path.join(stolen, 'data'))).toContain('electron');
  expect(secrets.length).toBeGreaterThan(STOLEN * 16);
  expect(findSecrets([stolen], secrets)).toEqual([]);
  expectFindable(drafting, secrets);
  const packets = await sealedPackets();
  expect(packets).toHaveLength(STOLEN + 1);
  await expectOnlyTheCenterOpens(packets);
  console.log(
    `stolen disk: ${packets.length} enrollments and a draft, ${secrets.length} secrets looked for, 0 found`,
  );
  station = await launch();
});

/** Parts of the one draft as base64, as main has them. */
function draftParts(): Promise<[name: string, bytes: string][]> {
  return station.page.evaluate(async () => {
    const drafts = await window.rekam.drafts.list();
    if (!drafts.ok || drafts.value[0] === undefined) throw new Error('no draft');
    const loaded = await window.rekam.drafts.load(drafts.value[0].packetId);
    if (!loaded.ok) throw new Error(loaded.error.code);
    return loaded.value.captures.map(({ part, bytes }): [string, string] => [
      part.name,
      btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')),
    ]);
  });
}

/** The search itself can find: planted once in each form, and each is found. */
function expectFindable({ nama, nik }: Biodata, secrets: readonly Secret[]): void {
  const planted = path.join(home.folder, 'planted');
  const finger = secrets.find(({ name }) => name.startsWith('finger'))?.bytes ?? new Uint8Array();
  const text = `x${nama} ${nik}x`;
  const forms: Record<string, Uint8Array> = {
    plain: Buffer.from(text),
    utf16: Buffer.from(text, 'utf16le'),
    base64: Buffer.from(Buffer.from(text).toString('base64')),
    base64later: Buffer.from(Buffer.from(`yy${text}`).toString('base64')),
    hex: Buffer.from(Buffer.from(text).toString('hex')),
    gzip: Buffer.concat([Buffer.from('before'), gzipSync(text)]),
    deflate: Buffer.concat([Buffer.from('before'), deflateSync(text), Buffer.from('after')]),
    leveldb: packedTable(nik),
    finger: Buffer.concat([Buffer.from('x'), finger]),
    fingerpng: deflateSync(finger),
  };
  for (const [name, bytes] of Object.entries(forms)) {
    rmSync(planted, { recursive: true, force: true });
    mkdirSync(planted);
    writeFileSync(path.join(planted, name), bytes);
    expect([name, findSecrets([planted], secrets).length > 0]).toEqual([name, true]);
  }
}

/** With the station's own keys, which whoever takes the whole PC may have too. */
function sealedPackets(): Promise<Uint8Array[]> {
  return atDisk(home, ({ api }) =>
    api.outbox.range(1, STOLEN * 2).flatMap(({ packetId }) => api.outbox.sealed(packetId) ?? []),
  );
}

async function expectOnlyTheCenterOpens(packets: readonly Uint8Array[]): Promise<void> {
  const open = (identity: string, sealed: Uint8Array): Promise<boolean> => {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    return decrypter.decrypt(sealed).then(
      () => true,
      () => false,
    );
  };
  const center_ = readFileSync(path.join(center.data, 'sealing.age'), 'utf8').trim();
  for (const sealed of packets) expect(await open(center_, sealed)).toBe(true);
  // Any 32 bytes of the key folder, as they are and as a signing key would be turned into one that opens.
  const [sample = new Uint8Array()] = packets;
  for (const scalar of scalarsIn(home.keyDir)) {
    const identity = bech32.encodeFromBytes('AGE-SECRET-KEY-', scalar).toUpperCase();
    expect(await open(identity, sample)).toBe(false);
  }
}

function scalarsIn(folder: string): Uint8Array[] {
  const all: Uint8Array[] = [];
  for (const name of readdirSync(folder)) {
    const content = readFileSync(path.join(folder, name));
    const texts = content.toString('latin1').match(/[\w+/=-]{40,}/g) ?? [];
    const decoded = texts.flatMap((text) => [Buffer.from(text, 'base64'), Buffer.from(text, 'hex')]);
    for (const bytes of [content, ...decoded])
      for (let at = 0; at + 32 <= bytes.length; at += 1) {
        const piece = bytes.subarray(at, at + 32);
        all.push(
          Uint8Array.from(piece),
          Uint8Array.from(createHash('sha512').update(piece).digest().subarray(0, 32)),
        );
      }
  }
  if (all.length === 0) throw new Error('no keys in the key folder');
  return all;
}
