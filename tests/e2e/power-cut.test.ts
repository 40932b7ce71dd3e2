import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import type { Step } from '../../app/enrollment/biometrics.ts';
import { currentStep, openResident, workToTheEnd, workUntil } from '../../scripts/desk-work.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { findPlainText } from '../helpers/plain-text.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** SIGKILL of the whole app: what survives it, and what it leaves lying about. */
let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let temporary: string;
const people: Biodata[] = [];

beforeAll(async () => {
  center = await startTestCenter();
  home = stationHome(center.url);
  temporary = path.join(home.folder, 'tmp');
  mkdirSync(temporary);
  people.push(...(await center.residents({ recorded: false })).filter((one) => one.tanggalLahir < '2000'));
  station = await launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
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

it('leaves no NIK and no name in plain text after a SIGKILL in the middle of everything', async () => {
  const recorded = person(0);
  const drafting = person(1);
  await station.page.getByRole('combobox', { name: 'NIK atau nama' }).fill(drafting.nama);
  await openResident(station.page, drafting.nik);
  await workUntil(station.page, 'thumbs');
  await station.kill();

  const texts = [recorded, drafting].flatMap(({ nik, nama }) => [
    nik,
    nik.replace(/(\d{4})(?=\d)/g, '$1 '),
    nama,
  ]);
  expect(readdirSync(home.dataDir)).toContain('electron');
  expect(findPlainText(home.dataDir, texts)).toEqual([]);
  expect(findPlainText(temporary, texts)).toEqual([]);
  // The search itself can find: one planted file, in Chromium's own encoding.
  writeFileSync(path.join(temporary, 'planted'), Buffer.from(`x${drafting.nama}x`, 'utf16le'));
  expect(findPlainText(temporary, texts)).toHaveLength(1);
  station = await launch();
});
