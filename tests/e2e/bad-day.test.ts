import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { sha256Schema } from '../../app/ids.ts';
import type { Capture } from '../../app/ipc/contract.ts';
import type { Verdict } from '../../center/intake/examine.ts';
import { en } from '../../renderer/i18n/en.ts';
import { id } from '../../renderer/i18n/id.ts';
import { recordByKeyboard, scanNik, stepNow, tabTo } from '../../scripts/keyboard-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { activatedAtDisk, plainAdults } from '../helpers/closed-station.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';
import { recordResident, testCaptures } from '../helpers/store.ts';

/**
 * A supervisor's bad day: the center fails at noon, the power at two, thirty residents are not served any more, and two
 * packets of the morning come back. By evening all of it is put right, and the day is closed.
 */
const SHOTS = path.join(root, 'out', 'shots', 'bad-day');
const NOT_SERVED = 30;
const SOON = { timeout: 20_000 };
const supervisor = demoAccount('supervisor');

/** What the center sends back of the two packets of the morning. */
const SENT_BACK: Verdict[] = [
  { verdict: 'rejected', remedy: 'amend', reasons: [{ code: 'part.format', at: 'finger.left.index' }] },
  { verdict: 'rejected', remedy: 'amend', reasons: [{ code: 'biodata', at: 'alamat' }] },
];

/** Parts that the center can read: of a signature it takes any JSON. */
function readable(): Capture[] {
  const signature = Buffer.from('{"strokes":[]}');
  const sha256 = sha256Schema.parse(createHash('sha256').update(signature).digest('hex'));
  return testCaptures(undefined, 600).map((capture) =>
    capture.part.name === 'signature'
      ? { ...capture, bytes: signature, part: { ...capture.part, size: signature.length, sha256 } }
      : capture,
  );
}

describe.each([
  ['id', id],
  ['en', en],
] as const)('a bad day in %s', (language, words) => {
  let center: TestCenter;
  let home: StationHome;
  let station: StationWindow;
  let late: Biodata | undefined;

  const button = (name: string | RegExp) => station.page.getByRole('button', { name, exact: true });
  const heading = (name: string) => station.page.getByRole('heading', { name, exact: true });
  const dialog = () => station.page.getByRole('dialog');
  const see = (name: string) => station.shot(path.join(SHOTS, `${language}-${name}.png`));

  async function login(): Promise<void> {
    const { page } = station;
    await page.getByRole('textbox', { name: words.login.username }).fill(supervisor.username);
    await page.getByRole('textbox', { name: words.login.password }).fill(supervisor.password);
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: words.desk.find }).waitFor();
  }

  async function launch(): Promise<void> {
    station = await home.launch({ language });
    await station.resize(1366, 768);
  }

  async function press(name: string): Promise<void> {
    await tabTo(station.page, [name]);
    await station.page.keyboard.press('Enter');
  }

  /** The paper that is open, as PDF where the system's own dialog would have let it go. */
  async function savePdf(name: string): Promise<void> {
    const file = path.join(home.folder, name);
    await station.app.evaluate(({ dialog: system }, filePath) => {
      system.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, file);
    await dialog().getByRole('button', { name: words.slip.pdf }).press('Enter');
    const begins = () => (existsSync(file) ? readFileSync(file, 'latin1').slice(0, 5) : '');
    await expect.poll(begins, SOON).toBe('%PDF-');
    await station.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  }

  /** The supervisor's own sync, and what the summary says of it. */
  async function syncByHand(): Promise<void> {
    await station.page.keyboard.press('F4');
    await station.until(({ sync }) => sync === null);
    await button(words.supervisor.sync).press('Enter');
    await station.page.getByText(words.supervisor.ended_done).first().waitFor();
  }

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    center = await startTestCenter();
    home = stationHome(center.url);
    const people = plainAdults(await center.residents({ recorded: false }));
    const morning = people.slice(0, SENT_BACK.length);
    late = people[SENT_BACK.length];
    const waiting = people.slice(SENT_BACK.length + 1, SENT_BACK.length + 1 + NOT_SERVED);
    const code = await center.activationCode();
    center.running.control.pauseIntake();
    await activatedAtDisk(home, center.url, code, async ({ api, store, operator }) => {
      const now = Date.now();
      const date = new Date(now).toISOString().slice(0, 10);
      api.reference.apply(
        people.map((biodata) => ({ type: 'resident', biodata, recorded: null })),
        null,
        now,
      );
      api.station.begin(now);
      for (const { nik } of morning)
        await recordResident({ store, operator }, nik, { captures: readable(), now, date });
      for (const { nik } of waiting) api.desk.arrive(date, nik, operator.accountId, now);
      api.station.end(now, now);
    });
    await launch();
    await station.untilResidents(200);
    await login();
    await station.until(({ outbox }) => outbox.received === SENT_BACK.length);
    for (const [index, row] of (await station.outbox()).entries()) {
      const verdict = SENT_BACK[index];
      if (verdict !== undefined) await center.decide(row.packetId, verdict);
    }
    center.running.control.resumeIntake();
    await station.page.evaluate(() => window.rekam.sync.now());
    await station.until(({ outbox }) => outbox.tasks === SENT_BACK.length);
  });

  afterAll(async () => {
    await station.close();
    await center.close();
  });

  it('at noon the center fails, and the desk goes on', async () => {
    const { page } = station;
    await center.stop();
    // Asked for by hand it is noticed at once; the station itself would see with its next pulse.
    await page.evaluate(() => window.rekam.sync.now());
    await station.until(({ link }) => link.state === 'offline');
    await scanNik(page, late?.nik ?? '');
    await recordByKeyboard(page);
    await heading(words.recorded.title).waitFor();
    await page.keyboard.press('F4');
    await page
      .getByText(words.supervisor.offline.split('{{')[0] ?? '')
      .first()
      .waitFor();
    await see('1-noon');
    expect((await station.status()).outbox).toMatchObject({ waiting: 1, received: 2 });
  });

  it('at two the power fails, and the start says what was kept', async () => {
    await station.kill();
    await launch();
    await station.page.getByText(words.login.uncleanNone.split('{{')[0] ?? '').waitFor();
    await see('2-power');
    await login();
    expect((await station.status()).outbox).toMatchObject({ waiting: 1, received: 2 });
  });

  it('thirty who were not served get another day, and the desa its list', async () => {
    const { page } = station;
    const queue = page.getByRole('region', { name: words.desk.queue });
    await queue.getByRole('button', { name: words.carry.open }).press('Enter');
    await dialog()
      .getByText(new RegExp(`^${NOT_SERVED} `))
      .first()
      .waitFor();
    await see('3-not-served');
    await page.keyboard.press('Enter');
    const done = words.carry.done_other.replace('{{many}}', String(NOT_SERVED)).split('{{')[0] ?? '';
    await dialog().getByText(done).waitFor();
    await see('4-carried-over');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await page.keyboard.press('F4');
    await press(words.schedule.title);
    await heading(words.schedule.title).waitFor();
    const carried = page.getByRole('region', { name: words.schedule.carried, exact: true });
    await carried.getByRole('button', { name: words.schedule.print }).press('Enter');
    await dialog().getByText(words.schedule.sheet_carried).first().waitFor();
    await see('5-list');
    await savePdf('daftar.pdf');
    expect((await station.status()).outbox.waiting).toBe(1);
    await page.keyboard.press('F4');
    await button(words.supervisor.sync).waitFor();
  });

  it('the link is back, and a sync by hand sends what waited', async () => {
    await center.start();
    await syncByHand();
    await see('6-synced');
    expect((await station.status()).outbox).toMatchObject({ waiting: 0, received: 3, tasks: 2 });
  });

  it('what came back is mended: one finger again, one address', async () => {
    const { page } = station;
    for (const round of ['7-mended', '8-mended']) {
      await page.keyboard.press('F2');
      // The key is there with what it opens.
      await button(words.task.open.replace('{{key}}', 'Alt+T')).waitFor();
      await page.keyboard.press('Alt+t');
      await button(words.task.act.amend).press('Enter');
      await page.locator('nav [aria-current="step"]').waitFor();
      if ((await stepNow(page)) === 'biodata') {
        await button(words.biodata.correct.replace('{{field}}', words.field.alamat)).press('Enter');
        await page.getByRole('textbox', { name: words.biodata.newValue }).fill('DUSUN MANIS 7');
        await page.getByRole('textbox', { name: words.biodata.document }).fill('KK');
        await page.getByLabel(words.biodata.password).fill(supervisor.password);
        await page.keyboard.press('Enter');
        await page.getByText('DUSUN MANIS 7').first().waitFor();
      }
      await see(round);
      await recordByKeyboard(page);
      await heading(words.recorded.title).waitFor();
      await page.keyboard.press('Enter');
      await heading(words.recorded.title).waitFor({ state: 'detached' });
    }
    await station.until(({ outbox }) => outbox.received === 5);
    await center.outcomes(5);
    await syncByHand();
    const { outbox } = await station.until((status) => status.outbox.tasks === 0);
    expect(outbox).toMatchObject({ waiting: 0, held: 0, rejected: 0, received: 5 });
  });

  it('the day is compared, closed with a signed sheet, and printed', async () => {
    const { page } = station;
    await button(words.day.title).first().press('Enter');
    await heading(words.day.title).waitFor();
    await button(words.day.compare).press('Enter');
    await page.getByText(words.day.agrees).waitFor();
    await see('9-compared');
    await button(words.day.sign).press('Enter');
    await dialog().waitFor();
    await see('10-sheet');
    await savePdf('lembar-hitung.pdf');
    const { ok, closed } = await page.evaluate(async () => {
      const day = await window.rekam.day.read({ date: null });
      return { ok: day.ok, closed: day.ok ? day.value.sheets.length : 0 };
    });
    expect({ ok, closed }).toEqual({ ok: true, closed: 1 });
    await page.keyboard.press('F4');
    await button(words.outages.title).press('Enter');
    await heading(words.outages.title).waitFor();
    expect(await page.getByRole('table').getByRole('row').count()).toBe(3);
    await see('11-outages');
  });
});
