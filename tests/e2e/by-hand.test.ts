import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { STEPS } from '../../app/enrollment/biometrics.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { currentStep, openResident, readStored } from '../../scripts/desk-work.ts';
import { recordByKeyboard, scanNik, tabTo } from '../../scripts/keyboard-work.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText, stroke, tap } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** One resident by keys alone, from the scanned NIK to the slip's PDF; another by mouse and finger alone. */
let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let people: Biodata[];

beforeAll(async () => {
  center = await startTestCenter();
  home = stationHome(center.url);
  station = await home.launch();
  people = (await center.residents({ recorded: false })).filter((one) => one.tanggalLahir < '1995');
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

function person(index: number): Biodata {
  const one = people[index];
  if (one === undefined) throw new Error('the register has nobody left');
  return one;
}

/** The one thing that no key can answer: where the operating system's own dialog puts the file. */
async function chooseFile(file: string): Promise<void> {
  await station.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
}

it('records a resident by keyboard alone, hears each step, and saves the slip', async () => {
  const { page } = station;
  const { username, password } = demoAccount('operator');
  const file = path.join(home.folder, 'bukti.pdf');
  await chooseFile(file);
  // The login has the focus from the start.
  await page.keyboard.type(username);
  await page.keyboard.press('Tab');
  await page.keyboard.type(password);
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: 'NIK atau nama' }).waitFor();

  await scanNik(page, person(0).nik);
  const heard: string[] = [];
  await recordByKeyboard(page, {
    onStep: async (step) => {
      const said = await liveText(page);
      if (said.includes(words.stepLong[step])) heard.push(step);
    },
  });
  expect(heard).toEqual(STEPS);
  expect((await readStored(page)).sequence).toBe(1);
  expect(await liveText(page)).toContain(person(0).nama);

  await tabTo(page, [words.slip.pdf]);
  await page.keyboard.press('Enter');
  await page.getByText(words.slip.toFile.split('{{')[0] ?? '').waitFor();
  expect(readFileSync(file).subarray(0, 5).toString()).toBe('%PDF-');
  await page.keyboard.press('Alt+l');
  await page.getByRole('heading', { name: words.recorded.title }).waitFor({ state: 'detached' });
});

it('records a resident by mouse and finger alone', async () => {
  const { page } = station;
  await openResident(page, person(1).nik);
  const button = (name: string | RegExp): Locator =>
    page.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name });
  const finger = async (target: Locator): Promise<void> => {
    // Waits until it could be pressed, and does not press it.
    await target.click({ trial: true });
    const box = await target.boundingBox();
    if (box === null) throw new Error('nothing to touch');
    // The desk takes no second half of a double tap for the next action, and a test is quicker than a hand.
    await tap(page, 500, 118);
    // A target for a finger is at least 44 pixels high (design.md).
    expect(Math.round(box.height)).toBeGreaterThanOrEqual(44);
    await tap(page, box.x + box.width / 2, box.y + box.height / 2);
  };

  for (const list of await page.getByRole('combobox', { name: /^Alasan lanjut/ }).all()) {
    await list.selectOption({ label: words.warningReason.document });
  }
  await button(/^Data benar/).click();
  await finger(button(words.photo.take));
  await page.getByRole('textbox', { name: words.photo.reason }).fill('Kamera uji tanpa wajah');
  await finger(button(words.photo.keep));
  await finger(button(words.common.next));
  const pad = await page.getByRole('figure', { name: words.signature.pad }).boundingBox();
  if (pad === null) throw new Error('no pad');
  const points = Array.from({ length: 24 }, (_, index): [number, number] => [
    pad.x + pad.width * (0.2 + index * 0.02),
    pad.y + pad.height * (0.5 + 0.25 * Math.sin(index)),
  ]);
  await stroke(page, points);
  await page.getByText(words.signature.kept).waitFor();
  await finger(button(words.common.next));
  while ((await currentStep(page)) !== 'review') {
    const next = button(/^Lanjut/);
    const take = button(/^(Ambil|Ulangi)$/);
    await next.or(take).first().waitFor();
    if (await next.isVisible()) await next.click();
    else await finger(take);
  }
  await finger(button(words.review.approve));
  await finger(button(words.scan.take));
  const store = button(words.review.save);
  const best = button(words.scan.accept);
  await store.or(best).first().waitFor();
  if (await best.isVisible()) await finger(best);
  await finger(store);
  expect((await readStored(page)).sequence).toBe(2);
});
