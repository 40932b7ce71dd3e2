import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERROR_WORDS } from '../../app/error-words.ts';
import { ktpStanding, type Biodata } from '../../app/enrollment/biodata.ts';
import { en } from '../../renderer/i18n/en.ts';
import { id } from '../../renderer/i18n/id.ts';
import { recordByKeyboard, scanNik, stepNow } from '../../scripts/keyboard-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText, stroke, violationsInBothSchemes } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome } from '../helpers/station-home.ts';

/** Every screen, step and dialog, in both languages: pictures at both sizes in out/shots/, and what axe finds there. */
const SIZES = [
  [1366, 768],
  [1920, 1080],
] as const;

let center: TestCenter;
let free: Biodata[];
let young: Biodata | undefined;
let recorded: Biodata | undefined;

beforeAll(async () => {
  center = await startTestCenter();
  const open = await center.residents({ recorded: false });
  free = open.filter((one) => one.tanggalLahir < '1995');
  const today = new Date().toISOString().slice(0, 10);
  young = open.find((one) => ktpStanding(one, today) === 'early');
  [recorded] = await center.residents({ recorded: true });
});

afterAll(async () => {
  await center.close();
});

describe.each([
  ['id', id, 0],
  ['en', en, 4],
] as const)('the window in %s', (language, words, from) => {
  let station: StationWindow;
  const found: string[] = [];
  let count = 0;

  const person = (index: number): string => free[from + index]?.nik ?? '';
  const button = (name: string) => station.page.getByRole('button', { name, exact: true });
  const heading = (name: string) => station.page.getByRole('heading', { name, exact: true });

  const shots = (width: number, height: number) =>
    path.join(root, 'out', 'shots', `${language}-${width}x${height}`);

  async function see(name: string): Promise<void> {
    const { page } = station;
    found.push(...(await violationsInBothSchemes(page, name)));
    count += 1;
    for (const [width, height] of SIZES) {
      await station.resize(width, height);
      const folder = shots(width, height);
      mkdirSync(folder, { recursive: true });
      await station.shot(path.join(folder, `${String(count).padStart(2, '0')}-${name}.png`));
    }
    await station.resize(...SIZES[0]);
  }

  /** A screen reader is told, not only the eye: read from Chromium's own accessibility tree. */
  async function heard(text: string): Promise<void> {
    await expect.poll(() => liveText(station.page)).toContain(text);
  }

  async function toStep(key: string, name: string): Promise<void> {
    await station.page.keyboard.press(key);
    await heading(name).waitFor();
  }

  beforeAll(async () => {
    for (const [width, height] of SIZES) rmSync(shots(width, height), { recursive: true, force: true });
    station = await stationHome(center.url).launch({ language });
  });
  beforeEach(() => {
    // Each part answers for its own screens.
    found.length = 0;
  });
  afterAll(async () => {
    await station.close();
  });

  it('activation and login', async () => {
    const { page } = station;
    await page.getByRole('textbox', { name: words.activation.code }).waitFor();
    await see('activation');
    await page.getByRole('textbox', { name: words.activation.code }).fill('22222');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').first().waitFor();
    await see('activation-refused');
    await page.getByRole('textbox', { name: words.activation.code }).fill(await center.activationCode());
    await page.keyboard.press('Enter');
    await page.getByRole('textbox', { name: words.login.username }).waitFor();
    await station.untilResidents(200);
    await see('login');
    const { username, password } = demoAccount('supervisor');
    await page.getByRole('textbox', { name: words.login.username }).fill(username);
    await page.getByRole('textbox', { name: words.login.password }).fill('salah');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').first().waitFor();
    await heard(ERROR_WORDS['login.wrong'][language]);
    await see('login-refused');
    await page.getByRole('textbox', { name: words.login.password }).fill(password);
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: words.desk.find }).waitFor();
    expect(found).toEqual([]);
  });

  it('arrivals', async () => {
    const { page } = station;
    await see('desk');
    await page.getByRole('combobox', { name: words.desk.find }).fill('SU');
    await page.getByRole('option').first().waitFor();
    await see('find');
    await page.keyboard.press('Escape');
    for (const [name, nik, title] of [
      ['arrival-recorded', recorded?.nik, words.arrival.recorded],
      ['arrival-early', young?.nik, words.arrival.early],
      ['arrival-unknown', '9999990101800001', words.arrival.unknown],
    ] as const) {
      await page.getByRole('combobox', { name: words.desk.find }).fill(nik ?? '');
      await page.keyboard.press('Enter');
      await page.getByText(title, { exact: true }).waitFor();
      await see(name);
      await page.keyboard.press('Escape');
    }
    await page.getByRole('combobox', { name: words.desk.find }).fill(person(0));
    await page.keyboard.press('Shift+Enter');
    // The office's second desk has numbers of its own.
    await page.getByRole('button', { name: words.ticket.callNumber.replace('{{number}}', '') }).waitFor();
    await see('queue');
    expect(found).toEqual([]);
  });

  it('the steps of an enrollment', async () => {
    const { page } = station;
    await page.getByRole('combobox', { name: words.desk.find }).fill('');
    await page.getByRole('heading', { name: words.desk.queue }).click();
    await scanNik(page, person(1));
    await see('biodata');
    await page
      .getByRole('button', { name: words.biodata.correct.replace('{{field}}', words.field.alamat) })
      .click();
    await button(words.biodata.apply).click();
    await page.getByRole('alert').first().waitFor();
    await heard(words.biodata.unchanged);
    await see('correction');
    await page.keyboard.press('Escape');
    await button(words.desk.drop).click();
    await button(words.desk.dropConfirm).click();
    await heard(words.common.reasonShort);
    await see('drop');
    await page.keyboard.press('Escape');
    await toStep('F6', words.stepLong.photo);
    await button(words.photo.take).click({ trial: true });
    await see('photo');
    await button(words.photo.take).click();
    await page.getByRole('textbox', { name: words.photo.reason }).waitFor();
    await see('photo-unfit');
    await toStep('F7', words.stepLong.signature);
    await see('signature');
    await button(words.common.next).click();
    await page.getByText(words.signature.empty).waitFor();
    await see('signature-empty');
    const pad = await page.getByRole('figure', { name: words.signature.pad }).boundingBox();
    if (pad === null) throw new Error('no pad');
    const signed = Array.from({ length: 20 }, (_, index): [number, number] => [
      pad.x + pad.width * (0.3 + index * 0.02),
      pad.y + pad.height * (0.5 + 0.2 * Math.sin(index)),
    ]);
    await stroke(page, signed);
    await page.getByText(words.signature.kept).waitFor();
    await see('signature-kept');
    // Wiped out and signed again: Enter goes on, and wipes nothing out.
    await button(words.signature.clear).click();
    await stroke(page, signed);
    await page.getByText(words.signature.kept).waitFor();
    await page.keyboard.press('Enter');
    await heading(words.stepLong.right4).waitFor();
    await toStep('F8', words.stepLong.right4);
    await button(words.scan.take).click({ trial: true });
    await see('right4');
    await button(words.exception.open).click();
    await page.getByRole('combobox', { name: words.exception.part, exact: true }).selectOption({ index: 1 });
    await page
      .getByRole('combobox', { name: words.exception.reason })
      .selectOption({ label: words.exceptionReason.other });
    await button(words.exception.save).click();
    await heard(words.exception.noteMissing);
    await see('exception');
    await page.getByRole('textbox', { name: words.exception.note }).fill('Cacat lahir');
    await button(words.exception.save).click();
    await toStep('F9', words.stepLong.left4);
    await button(words.scan.take).click();
    await page
      .getByText(words.scan.qualityGood.split('{{')[0] ?? '')
      .first()
      .waitFor();
    await see('left4-captured');
    await toStep('F11', words.stepLong.irises);
    await see('irises');
    await toStep('F12', words.stepLong.review);
    await see('review-missing');
    await toStep('F5', words.stepLong.biodata);
    await recordByKeyboard(page, {
      onStep: async (step) => {
        if (step === 'review') await see('review');
      },
      onKey: async () => {
        if ((await stepNow(page)) !== 'review') return;
        if (await button(words.scan.take).isVisible()) await see('verify');
        if (await button(words.review.save).isVisible()) await see('save');
      },
    });
    await heading(words.recorded.title).waitFor();
    await page.getByRole('combobox', { name: words.slip.paper }).waitFor();
    await see('recorded');
    expect(found).toEqual([]);
  });

  it('the other screens', async () => {
    const { page } = station;
    await page.keyboard.press('F3');
    await page.getByRole('button', { name: new RegExp(`^${words.slip.openOf.split('{{')[0]}`) }).click();
    await page.getByRole('dialog').waitFor();
    await see('slip');
    await page.keyboard.press('Escape');
    await see('outbox');
    await page.getByRole('button', { name: new RegExp(`^${words.doctor.openOf.split('{{')[0]}`) }).click();
    await button(words.doctor.close).waitFor();
    await see('doctor');
    await page.keyboard.press('Escape');
    await page.keyboard.press('F4');
    await button(words.supervisor.sync).waitFor();
    await see('supervisor');
    await button(words.settings.title).click();
    await heading(words.settings.name_stepOrder).waitFor();
    await see('settings');
    await button(words.settings.changeOf.replace('{{name}}', words.settings.name_syncLimits)).click();
    await see('limits');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await button(words.supervisor.sync).waitFor();
    await page.getByRole('button', { name: words.day.title, exact: true }).first().click();
    await heading(words.day.title).waitFor();
    await page.getByRole('region', { name: words.day.countTable }).waitFor();
    await see('day');
    await page.keyboard.press('Escape');
    await button(words.supervisor.sync).waitFor();
    await button(words.progress.title).click();
    await page.getByRole('region', { name: words.progress.desaTable }).waitFor();
    await see('progress');
    for (const [name, title] of [
      ['schedule', words.schedule.title],
      ['outages', words.outages.title],
      ['review', words.reviews.title],
      ['accounts', words.accounts.title],
      ['audit', words.audit.title],
      ['checkup', words.checkup.title],
    ] as const) {
      await page.keyboard.press('F4');
      await button(words.supervisor.sync).waitFor();
      await button(title).first().click();
      await heading(title).waitFor();
      for (const text of [words.common.loading, words.checkup.running])
        await page.getByText(text, { exact: true }).first().waitFor({ state: 'detached' });
      await see(`page-${name}`);
    }
    await page.keyboard.press('F4');
    await button(words.supervisor.sync).waitFor();
    await toStep('F1', words.help.title);
    await see('help');
    await page.keyboard.press('F2');
    await page.getByRole('banner').getByRole('button').last().click();
    await see('user');
    await button(words.training.enter).click();
    await page.getByText(words.training.banner).waitFor();
    await see('training');
    expect(found).toEqual([]);
  });
});
