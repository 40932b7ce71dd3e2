// Training on the real window: marked wherever one looks, and nothing of it reaches the real queue or the center.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STEPS } from '../../app/enrollment/biometrics.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { currentStep, openResident, workToTheEnd, workUntil } from '../../scripts/desk-work.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let resident: string;
let folder: string;

beforeAll(async () => {
  center = await startTestCenter();
  home = stationHome(center.url);
  folder = path.join(home.dataDir, 'training');
  // Without scanners: training has its own for whom there are none.
  station = await home.launch({ scanner: false });
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  const adult = (await center.residents({ recorded: false })).find(
    ({ tanggalLahir }) => tanggalLahir < '2000',
  );
  resident = adult?.nik ?? '';
});

afterAll(async () => {
  await station.close();
  await center.close();
});

async function login(role: 'operator' | 'supervisor'): Promise<void> {
  const { username, password } = demoAccount(role);
  await station.login(username, password);
}

const banner = () => station.page.getByRole('complementary', { name: words.training.label });

async function enterTraining(): Promise<void> {
  const { page } = station;
  await page.getByRole('banner').getByRole('button').last().click();
  await page.getByRole('button', { name: words.training.enter, exact: true }).click();
  await banner().waitFor();
  await page.getByRole('combobox', { name: 'NIK atau nama' }).waitFor();
}

async function leaveTraining(): Promise<void> {
  await banner().getByRole('button', { name: words.training.leave }).click();
  await banner().waitFor({ state: 'detached' });
}

/** The banner is on the screen, whole, and the window's title says the same. */
async function expectMarked(): Promise<void> {
  expect(await banner().innerText()).toContain(words.training.banner);
  const box = await banner().boundingBox();
  const size = await station.page.evaluate(() => ({ width: window.innerWidth, height: window.innerHeight }));
  // All of the width but the frame around the window, and high enough to be touched.
  expect(box?.width).toBeGreaterThanOrEqual(size.width - 16);
  expect(box?.height).toBeGreaterThanOrEqual(44);
  expect((box?.y ?? -1) >= 0 && (box?.y ?? 0) + (box?.height ?? 0) <= size.height).toBe(true);
  expect(await station.page.title()).toBe(words.training.window);
}

async function summoned(): Promise<string> {
  return station.page.evaluate(async () => {
    const today = await window.rekam.desk.today(undefined);
    return today.ok ? (today.value.summons[0]?.nik ?? '') : '';
  });
}

async function drafts(): Promise<{ nik: string; step: string; parts: string[] }[]> {
  return station.page.evaluate(async () => {
    const list = await window.rekam.drafts.list(undefined);
    if (!list.ok) throw new Error(list.error.code);
    const found = [];
    for (const { packetId, nik, step } of list.value) {
      const loaded = await window.rekam.drafts.load(packetId);
      if (!loaded.ok) throw new Error(loaded.error.code);
      found.push({ nik, step, parts: loaded.value.draft.parts.map((part) => part.name as string) });
    }
    return found;
  });
}

async function databases(): Promise<(string | undefined)[]> {
  return station.page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name));
}

describe('an operator in training', () => {
  it('leaves the real draft where it is', async () => {
    await login('operator');
    await openResident(station.page, resident);
    await workUntil(station.page, 'signature');
    expect(existsSync(folder)).toBe(false);
    await enterTraining();
    await expectMarked();
    expect(existsSync(folder)).toBe(true);
    expect(await drafts()).toEqual([]);
    expect(await databases()).toContain('rekam-training');
  });

  it('sees on every screen and step that it is one', async () => {
    const { page } = station;
    for (const key of ['F1', 'F3', 'F2']) {
      await page.keyboard.press(key);
      await page.locator('[aria-current="page"]').filter({ hasText: key }).waitFor();
      await expectMarked();
    }
    await openResident(page, await summoned());
    await expectMarked();
    for (const step of STEPS.slice(1)) {
      await workUntil(page, step);
      await expectMarked();
    }
  });

  it('records, and neither the real queue nor the center hears of it', async () => {
    const { page } = station;
    const stored = await workToTheEnd(page, words.training.recorded);
    expect(stored.nama).toContain('LATIHAN');
    expect(stored.nama).toContain(words.training.recordedWhy);
    expect(stored.nama).not.toContain(words.recorded.title);
    await expectMarked();
    expect(await station.outbox()).toHaveLength(1);
    const status = await station.status();
    expect(status.outbox).toMatchObject({ waiting: 0, held: 0, received: 0 });
    expect(status.recordedToday).toBe(0);
    expect(await center.packetCount()).toBe(0);
  });

  it('comes back to the real draft at its step, with what it held', async () => {
    const { page } = station;
    await page.keyboard.press('F2');
    await leaveTraining();
    expect(await currentStep(page)).toBe('signature');
    expect(await drafts()).toEqual([{ nik: resident, step: 'signature', parts: ['photo'] }]);
    expect(await station.outbox()).toEqual([]);
    expect(await page.title()).toBe(words.app.name);
    expect(existsSync(folder)).toBe(false);
    expect(await databases()).not.toContain('rekam-training');
  });

  it('is still in it when the page is loaded again, and knows where work stood', async () => {
    const { page } = station;
    await enterTraining();
    await openResident(page, await summoned());
    await page.reload();
    await banner().waitFor();
    await expectMarked();
    expect(await currentStep(page)).toBe('biodata');
    expect(await drafts()).toMatchObject([{ step: 'biodata' }]);
    await leaveTraining();
    expect(await currentStep(page)).toBe('signature');
    await page.reload();
    expect(await currentStep(page)).toBe('signature');
  });

  it('is at work after the next login', async () => {
    await enterTraining();
    await openResident(station.page, await summoned());
    await station.logout();
    expect(await banner().count()).toBe(0);
    await login('operator');
    expect(await banner().count()).toBe(0);
    expect(await drafts()).toMatchObject([{ nik: resident, parts: ['photo'] }]);
    await expect.poll(() => existsSync(folder)).toBe(false);
  });
});

describe('a power cut in training', () => {
  it('leaves nothing of it, and the real draft', async () => {
    await enterTraining();
    await openResident(station.page, await summoned());
    await station.kill();
    expect(existsSync(folder)).toBe(true);
    station = await home.launch({ scanner: false });
    await station.page.getByRole('textbox', { name: 'Nama pengguna' }).waitFor();
    await expect.poll(() => existsSync(folder), { timeout: 20_000 }).toBe(false);
    await login('operator');
    expect(await banner().count()).toBe(0);
    expect(await databases()).not.toContain('rekam-training');
    expect(await drafts()).toMatchObject([{ nik: resident, parts: ['photo'] }]);
    await station.logout();
  });
});

describe('a supervisor in training', () => {
  it('has no sync to start there, and has it again at work', async () => {
    const { page } = station;
    const tab = page.getByRole('button', { name: /^Penyelia/ });
    const outages = () =>
      page.evaluate(async () => {
        const result = await window.rekam.sync.outages(undefined);
        return result.ok ? 'ok' : result.error.code;
      });
    await login('supervisor');
    await tab.waitFor();
    expect(await outages()).toBe('ok');
    await enterTraining();
    expect(await tab.count()).toBe(0);
    expect(await outages()).toBe('role.forbidden');
    await leaveTraining();
    await tab.waitFor();
    expect(await outages()).toBe('ok');
    expect(await center.packetCount()).toBe(0);
  });
});
