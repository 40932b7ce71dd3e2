import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkBiodata, type Biodata } from '../../app/enrollment/biodata.ts';
import type { Verdict } from '../../center/intake/examine.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { approve, currentStep, openResident, save, workToTheEnd } from '../../scripts/desk-work.ts';
import type { OutboxRows, StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { LOSARI } from '../helpers/store.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** What the center sends back becomes a task at the desk, and the desk does only what the task asks. */
let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let people: Biodata[];
const { username, password } = demoAccount('supervisor');

beforeAll(async () => {
  center = await startTestCenter();
  home = stationHome(center.url);
  station = await home.launch();
  const today = new Date().toISOString().slice(0, 10);
  people = (await center.residents({ recorded: false })).filter((one) => {
    const { errors, warnings } = checkBiodata(one, today, LOSARI);
    return errors.length + warnings.length === 0;
  });
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  await station.login(username, password);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

function nextPerson(): Biodata {
  const one = people.shift();
  if (one === undefined) throw new Error('the register has nobody left');
  return one;
}

const work = () => station.page.getByRole('region', { name: words.desk.work });
const button = (name: string | RegExp) =>
  work().getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
const openTasks = () => button(words.task.open.replace('{{key}}', 'Alt+T'));
const steps = () =>
  station.page.getByRole('navigation', { name: words.rail.label }).getByRole('button').count();
const shot = (name: string) => station.shot(path.join('out', `tasks-${name}.png`));

/** The supervisor's own sync: packets go, then what the center says of them comes. */
async function sync(outcomes: number): Promise<void> {
  const now = () => station.page.evaluate(() => window.rekam.sync.now().then((result) => result.ok));
  await station.until((status) => status.sync === null);
  expect(await now()).toBe(true);
  await center.outcomes(outcomes);
  expect(await now()).toBe(true);
}

async function packetOf(nik: string): Promise<OutboxRows[number]> {
  const row = (await station.outbox()).find((one) => one.nik === nik);
  if (row === undefined) throw new Error('no packet of this resident');
  return row;
}

async function toQueue(): Promise<void> {
  await button(/Ke antrean/)
    .first()
    .click();
  await button(/Ke antrean/).waitFor({ state: 'detached' });
}

async function recordPerson(person: Biodata): Promise<void> {
  await openResident(station.page, person.nik);
  await workToTheEnd(station.page);
  await toQueue();
}

/** A packet that a person at the center has decided about, whatever intake would say. */
async function recordDecided(person: Biodata, outcomes: number, verdict: Verdict): Promise<void> {
  center.running.control.pauseIntake();
  await recordPerson(person);
  await station.page.evaluate(() => window.rekam.sync.now());
  await center.decide((await packetOf(person.nik)).packetId, verdict);
  center.running.control.resumeIntake();
  await sync(outcomes);
}

it('biodata are corrected without a capture, from the task to the center’s word', async () => {
  const { page } = station;
  const person = nextPerson();
  const { db } = center.running;
  const row = await db
    .deleteFrom('resident')
    .where('nik', '=', person.nik)
    .returningAll()
    .executeTakeFirstOrThrow();
  await recordPerson(person);
  await sync(1);
  await openTasks().waitFor();
  await shot('idle');
  await page.keyboard.press('Alt+t');
  await work().getByText(words.task.said['nik.unknown']).waitFor();
  await shot('nik');
  await db
    .insertInto('resident')
    .values({ ...row, biodata: JSON.stringify(row.biodata) })
    .execute();

  await page.keyboard.press('Enter');
  expect(await currentStep(page)).toBe('biodata');
  expect(await steps()).toBe(2);
  await button(words.biodata.correct.replace('{{field}}', words.field.alamat)).click();
  await page.getByRole('textbox', { name: words.biodata.newValue }).fill('DUSUN MANIS 7');
  await page.getByRole('textbox', { name: words.biodata.document }).fill('KK');
  await page.getByLabel(words.biodata.password).fill(password);
  await page.keyboard.press('Enter');
  await work().getByText('DUSUN MANIS 7').first().waitFor();
  await shot('biodata');
  await button(/^Data benar/).click();
  await approve(page);
  await shot('review');
  await save(page);
  await toQueue();
  await openTasks().waitFor({ state: 'detached' });
  await sync(2);
  const rows = (await station.outbox()).filter((one) => one.nik === person.nik);
  expect(rows.map((one) => one.state).sort()).toEqual(['accepted', 'superseded']);
  const known = (await center.residents()).find(({ nik }) => nik === person.nik);
  expect(known?.alamat).toBe('DUSUN MANIS 7');
});

it('only the named finger is taken again, also after a power cut in between', async () => {
  const person = nextPerson();
  const reasons = [{ code: 'part.format', at: 'finger.left.index' }];
  await recordDecided(person, 3, { verdict: 'rejected', remedy: 'amend', reasons });
  await openTasks().waitFor();
  // The resident comes back with the summons: the desk knows what for.
  await station.page.getByRole('combobox', { name: words.desk.find }).fill(person.nik);
  await station.page.keyboard.press('Enter');
  await work().getByText(words.part['finger.left.index']).first().waitFor();
  await shot('finger');
  await button(words.task.act.amend).click();
  expect(await currentStep(station.page)).toBe('left4');
  expect(await steps()).toBe(2);
  const tiles = () => work().getByRole('list', { name: words.scan.parts }).getByRole('listitem').count();
  expect(await tiles()).toBe(1);
  await button(words.scan.take).click();
  await button(/^Lanjut/).waitFor();
  await station.page.getByText(words.desk.saved).waitFor();
  await shot('scan');

  await station.kill();
  station = await home.launch();
  await station.login(username, password);
  // The key is there with what it opens.
  await openTasks().waitFor();
  await station.page.keyboard.press('Alt+t');
  await button(words.task.act.resume).click();
  expect(await currentStep(station.page)).toBe('left4');
  expect(await tiles()).toBe(1);
  await button(/^Lanjut/).click();
  await approve(station.page);
  await shot('finger-review');
  await save(station.page);
  await toQueue();
  await sync(4);
  const rows = (await station.outbox()).filter((one) => one.nik === person.nik);
  expect(rows.map((one) => one.state).sort()).toEqual(['accepted', 'superseded']);
});

it('a duplicate is explained, and closed by a person with a reason', async () => {
  const { page } = station;
  const person = nextPerson();
  const reasons = [{ code: 'nik.recorded', at: 'nik' }];
  await recordDecided(person, 5, { verdict: 'duplicate', remedy: null, reasons });
  await openTasks().waitFor();
  await page.keyboard.press('Alt+t');
  await work().getByText(words.task.said['nik.recorded']).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: words.task.closeReason }).fill('Orang yang sama');
  await shot('duplicate');
  await page.keyboard.press('Enter');
  await work().getByRole('heading', { name: words.task.none }).waitFor();
  await work().getByText(words.task.closed.replace('{{nama}}', person.nama)).waitFor();
  await page.keyboard.press('Escape');
  await work().getByRole('heading', { name: words.desk.idleTitle }).waitFor();
  expect(await openTasks().count()).toBe(0);
  expect((await station.status()).outbox.tasks).toBe(0);
});
