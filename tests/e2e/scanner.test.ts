import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_WORDS } from '../../app/error-words.ts';
import type { ErrorCode } from '../../app/errors.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { openResident, save, workUntil } from '../../scripts/desk-work.ts';
import { root } from '../../scripts/runtime.mjs';
import type { Fault, SbiSimulator } from '../../scripts/sbi/simulator.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { testScanner } from '../helpers/scanner.ts';
import { demoAccount, stationHome } from '../helpers/station-home.ts';

/** The desk in front of scanners that fail: what it says, what it keeps, and that it goes on when they are mended. */
let center: TestCenter;
let scanner: SbiSimulator;
let station: StationWindow;
const residents: string[] = [];
/** A commit follows the picture on the screen; on a busy machine by seconds. */
const PATIENT = { timeout: 30_000 };

beforeAll(async () => {
  center = await startTestCenter();
  scanner = await testScanner();
  station = await stationHome(center.url).launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  const { username, password } = demoAccount('operator');
  await station.login(username, password);
  const open = await center.residents({ recorded: false });
  residents.push(...open.filter(({ tanggalLahir }) => tanggalLahir < '2000').map(({ nik }) => nik));
});

afterAll(async () => {
  await station.close();
  await center.close();
});

const button = (name: string) => station.page.getByRole('button', { name, exact: true });
const pictures = () =>
  station.page.getByRole('list', { name: words.scan.parts, exact: true }).getByRole('img');
/** On the desk itself: what is spoken to a screen reader beside it is older or newer. */
const said = (text: string) =>
  station.page.getByRole('region', { name: words.desk.work }).getByText(text).first().waitFor();
const railStep = (name: string) =>
  station.page.getByRole('navigation', { name: words.rail.label }).getByRole('button', { name });
/** The live view, when it is in this state. */
const live = (state: 'on' | 'off' | 'failed') =>
  station.page.locator(`figure[aria-label="${words.scan.live}"][data-live="${state}"]`).waitFor();

/** The draft as main holds it. */
async function draftOf(nik: string) {
  return station.page.evaluate(async (wanted) => {
    const list = await window.rekam.drafts.list();
    const row = list.ok ? list.value.find((entry) => entry.nik === wanted) : undefined;
    if (row === undefined) throw new Error('no such draft');
    const loaded = await window.rekam.drafts.load(row.packetId);
    if (!loaded.ok) throw new Error(loaded.error.code);
    return loaded.value.draft;
  }, nik);
}

async function approvedBy(nik: string) {
  return (await draftOf(nik)).approval?.by;
}

async function expectError(code: ErrorCode): Promise<void> {
  const said = station.page.getByRole('alert').filter({ hasText: ERROR_WORDS[code].id });
  await said.waitFor();
  // The code for the telephone, below the sentence.
  expect(await said.innerText()).toContain(code);
  // And spoken: it stands in a live region of the accessibility tree.
  await expect.poll(() => liveText(station.page)).toContain(ERROR_WORDS[code].id);
}

/** How often this step was tried, as the desk shows it. */
async function attempts(): Promise<number> {
  const text = await station.page.getByText(/^Percobaan \d+/).innerText();
  return Number(/\d+/.exec(text)?.[0]);
}

/** This takes one more capture, and it is good; Enter unless told otherwise. */
async function takesAgain(press = () => station.page.keyboard.press('Enter')): Promise<void> {
  const before = await attempts();
  await press();
  await station.page.getByText(new RegExp(`^Percobaan ${before + 1}\\b`)).waitFor();
  await said(words.scan.good);
  expect(await attempts()).toBe(before + 1);
}

describe('a scanner that works', () => {
  it('is named, shows what it sees, and stops when there is nothing left to take', async () => {
    await openResident(station.page, residents[0] ?? '');
    await station.page.keyboard.press('F8');
    await said(words.scan.device_ready);
    await said('Rekam Simulator jari');
    await live('on');
    const seen = () =>
      station.page
        .locator('figure canvas')
        .evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL().length);
    await expect.poll(seen, PATIENT).toBeGreaterThan(5_000);
    await button(words.scan.take).click();
    await said(words.scan.good);
    await live('off');
    expect(await pictures().count()).toBe(4);
  });

  it('keeps the focus on the action while it works, and takes no second press', async () => {
    const { page } = station;
    await openResident(page, residents[4] ?? '');
    await page.keyboard.press('F9');
    scanner.fault('slow');
    const primary = page.locator('[data-landing]:focus');
    await primary.and(button(words.scan.take)).waitFor();
    await page.keyboard.press('Enter');
    await said(words.scan.running);
    expect(await primary.getAttribute('aria-disabled')).toBe('true');
    await station.shot(path.join(root, 'out', 'scan-busy.png'));
    await page.keyboard.press('Enter');
    await page.keyboard.press('Space');
    await said(words.scan.good);
    await primary.and(button(words.common.next)).waitFor();
    expect(await attempts()).toBe(1);
    // A retake keeps "Lanjut" for later too, also from a key that is let go only when it is over.
    const step = page.locator('nav [aria-current="step"]');
    await button(words.scan.retake).click();
    await said(words.scan.running);
    await button(words.common.next).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.down('Space');
    await said(words.scan.good);
    await page.keyboard.up('Space');
    expect(await attempts()).toBe(2);
    expect(await step.getAttribute('data-step')).toBe('left4');
    await page.keyboard.press('Space');
    await expect.poll(() => step.getAttribute('data-step')).toBe('thumbs');
    scanner.fault();
  });

  it('closes what was asked at one hand when another step comes up', async () => {
    const { page } = station;
    const form = page.getByRole('form', { name: words.exception.title });
    await page.keyboard.press('F10');
    await button(words.exception.open).click();
    await form.waitFor();
    await page.keyboard.press('F11');
    await form.waitFor({ state: 'detached' });
    await page.keyboard.press('F10');
    await button(words.scan.take).waitFor();
    expect(await form.count()).toBe(0);
    await openResident(page, residents[0] ?? '');
    await button(words.scan.retake).waitFor();
  });
});

describe('a scanner that fails', () => {
  const FAULTS: readonly [Fault, ErrorCode][] = [
    ['busy', 'device.busy'],
    ['notReady', 'device.notReady'],
    ['unregistered', 'device.unregistered'],
    ['timeout', 'device.timeout'],
    ['unpluggedInCapture', 'device.unplugged'],
    ['badJws', 'device.untrusted'],
    ['foreignAnchor', 'device.foreign'],
    ['wrongCount', 'device.mismatch'],
    ['wrongTransaction', 'device.mismatch'],
    ['garbage', 'device.answer'],
  ];
  it.each(FAULTS)(
    '%s is said as %s, loses nothing, and Enter goes on when it is mended',
    async (fault, code) => {
      scanner.fault(fault);
      await button(words.scan.retake).click();
      await expectError(code);
      expect(await pictures().count()).toBe(4);
      scanner.fault();
      await takesAgain();
      expect(await station.page.getByRole('alert').count()).toBe(0);
    },
  );

  it.each(['busy', 'notReady'] as const)(
    '%s under HTTP 200, numbers as strings, trailing bytes',
    async (fault) => {
      scanner.fault(fault, 'errorsUnder200', 'numbersAsStrings', 'trailingBytes');
      await button(words.scan.retake).click();
      await expectError(`device.${fault}`);
      scanner.fault('errorsUnder200', 'numbersAsStrings', 'trailingBytes');
      await takesAgain();
      scanner.fault();
    },
  );

  it('unplugged while it shows pictures: said calmly, then by the capture, and found again', async () => {
    await station.page.keyboard.press('F9');
    await live('on');
    scanner.fault('unpluggedInStream');
    // The view that runs is not told of a fault: it begins with the next one.
    await station.page.keyboard.press('F5');
    await station.page.keyboard.press('F9');
    await live('failed');
    await said(words.scan.liveFailed);
    await said(words.scan.device_missing);
    expect(await station.page.getByRole('alert').count()).toBe(0);
    await button(words.scan.take).click();
    await expectError('device.unplugged');
    await button(words.scan.search).click();
    await said(words.scan.device_missing);
    // Plugged in again, it is found without anybody looking for it.
    scanner.fault();
    await said(words.scan.device_ready);
    await live('on');
    await station.page.keyboard.press('Enter');
    expect(await button(words.common.next).isEnabled()).toBe(true);
    await said(words.scan.good);
  });

  it('keeps the best of three poor attempts and goes on', async () => {
    await station.page.keyboard.press('F10');
    scanner.fault('lowQuality');
    await button(words.scan.take).click();
    await said('Percobaan 1 dari 3');
    const tried = async () =>
      (await draftOf(residents[0] ?? '')).parts.find(({ name }) => name === 'finger.left.thumb')?.attempts;
    await expect.poll(tried, PATIENT).toBe(1);
    for (const n of [2, 3]) {
      await station.page.keyboard.press('Enter');
      await said(`Percobaan ${n} dari 3`);
      await expect.poll(tried, PATIENT).toBe(n);
    }
    await button(words.common.next).waitFor();
    expect(await railStep('Jempol').innerText()).toContain(words.rail.low);
  });

  it('goes on before that only with a reason, which the review shows', async () => {
    const { page } = station;
    await page.keyboard.press('F11');
    await button(words.scan.take).click();
    await button(words.scan.accept).click();
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: words.common.reasonShort }).waitFor();
    await page.keyboard.press('Escape');
    await said('Percobaan 1 dari 3');
    expect(await railStep('Iris').innerText()).not.toContain(words.rail.done);
    await page.keyboard.press('F12');
    await page.getByRole('button', { name: words.rail.unfit }).click();
    await button(words.scan.accept).click();
    await page.keyboard.type('Mata warga sakit');
    await station.shot(path.join(root, 'out', 'scan-keep-low.png'));
    await page.keyboard.press('Enter');
    await said('Dipakai dengan alasan: Mata warga sakit');
    await button(words.common.next).waitFor();
    scanner.fault();
    await page.keyboard.press('F12');
    await page.getByText('Dipakai dengan alasan: Mata warga sakit').first().waitFor();
    await station.shot(path.join(root, 'out', 'review-keep-low.png'));
  });
});

describe('a draft that is left while a scanner works on it', () => {
  const fingers = async () =>
    (await draftOf(residents[3] ?? '')).parts.filter(({ name }) => name.startsWith('finger.')).length;
  const rail = () => station.page.getByRole('navigation', { name: words.rail.label });

  it('by Escape gets what the scanner brings', async () => {
    const { page } = station;
    await openResident(page, residents[3] ?? '');
    await page.keyboard.press('F8');
    await live('on');
    scanner.fault('slow');
    await button(words.scan.take).click();
    await said(words.scan.running);
    await page.keyboard.press('Escape');
    await rail().waitFor({ state: 'detached' });
    expect(await fingers()).toBe(0);
    await expect.poll(fingers, PATIENT).toBe(4);
  });

  it('and opened again meanwhile shows it', async () => {
    const { page } = station;
    await openResident(page, residents[3] ?? '');
    await page.keyboard.press('F9');
    await button(words.scan.take).click();
    await said(words.scan.running);
    await page.keyboard.press('Escape');
    await rail().waitFor({ state: 'detached' });
    await openResident(page, residents[3] ?? '');
    await said(words.scan.running);
    await said(words.scan.good);
    expect(await pictures().count()).toBe(4);
    scanner.fault();
    await expect.poll(fingers, PATIENT).toBe(8);
  });
});

it('a capture that ends after its person has logged out is in the draft when they come back', async () => {
  const { page } = station;
  await openResident(page, residents[3] ?? '');
  await page.keyboard.press('F10');
  await live('on');
  scanner.fault('slow');
  await button(words.scan.take).click();
  await said(words.scan.running);
  await station.logout();
  const { username, password } = demoAccount('operator');
  await station.login(username, password);
  await said(words.scan.good);
  expect(await pictures().count()).toBe(2);
  scanner.fault();
});

describe('a finger that is not there', () => {
  it('is excepted with its reason, is not asked for, and shows on the rail', async () => {
    const { page } = station;
    await openResident(page, residents[1] ?? '');
    await page.keyboard.press('F9');
    await button('Kecualikan Telunjuk kiri').click();
    await button(words.exception.save).click();
    const reason = page.getByRole('combobox', { name: words.exception.reason });
    await page.getByRole('alert').filter({ hasText: words.biodata.reasonMissing }).waitFor();
    expect(await reason.evaluate((list) => list === document.activeElement)).toBe(true);
    await page.keyboard.press('ArrowDown');
    await button(words.exception.save).click();
    await said(words.exceptionReason.amputated);
    await button(words.scan.take).click();
    await said(words.scan.good);
    expect(await pictures().count()).toBe(3);
    expect(await railStep('Kiri 4').innerText()).toContain('1 dikecualikan');
    const { parts } = await draftOf(residents[1] ?? '');
    expect(parts.map(({ name }) => name)).not.toContain('finger.left.index');
  });
});

describe('the end of the review', () => {
  it('asks approval, then the index fingers that are there, then saves', async () => {
    const { page } = station;
    await page.keyboard.press('F5');
    await workUntil(page, 'review');
    await page.keyboard.press('Enter');
    await said(words.scan.only_verify.replace('{{parts}}', 'telunjuk kanan lagi'));
    await expect.poll(() => approvedBy(residents[1] ?? ''), PATIENT).toBe('keyboard');
    scanner.fault('timeout');
    await page.keyboard.press('Enter');
    await expectError('device.timeout');
    expect(await button(words.review.save).count()).toBe(0);
    scanner.fault();
    await page.keyboard.press('Enter');
    await button(words.review.save).waitFor();
    const verify = async () =>
      (await draftOf(residents[1] ?? '')).parts
        .map(({ name }) => name)
        .filter((name) => name.startsWith('verify.'));
    await expect.poll(verify, PATIENT).toEqual(['verify.right.index']);
    expect(await approvedBy(residents[1] ?? '')).toBe('keyboard');
    await save(page);
  });

  it('records without them where they cannot be had, for a reason', async () => {
    const { page } = station;
    await openResident(page, residents[2] ?? '');
    await workUntil(page, 'review');
    scanner.fault('busy');
    await button(words.review.approve).click();
    await said(words.scan.guide_verify);
    await button(words.exception.open).click();
    await page.getByRole('combobox', { name: words.exception.part, exact: true }).selectOption('all');
    await page
      .getByRole('combobox', { name: words.exception.reason })
      .selectOption({ label: words.exceptionReason.unable });
    await button(words.exception.save).click();
    await button(words.review.save).waitFor();
    const excepted = async () => (await draftOf(residents[2] ?? '')).exceptions.map(({ part }) => part);
    await expect.poll(excepted, PATIENT).toEqual(['verify.left.index', 'verify.right.index']);
    expect(await approvedBy(residents[2] ?? '')).toBe('mouse');
    scanner.fault();
    await save(page);
    await station.until((now) => now.outbox.received === 2);
  });
});

describe('an afternoon of captures', () => {
  it('gives back every picture that is no longer shown', async () => {
    const { page } = station;
    await openResident(page, residents[0] ?? '');
    await page.keyboard.press('F5');
    await page.evaluate(() => {
      const open = new Set<ImageBitmap>();
      const tell = () => (document.documentElement.dataset['open'] = String(open.size));
      const make = window.createImageBitmap.bind(window);
      const own = Object.getOwnPropertyDescriptor(ImageBitmap.prototype, 'close');
      window.createImageBitmap = async (source: ImageBitmapSource) => {
        const bitmap = await make(source);
        open.add(bitmap);
        tell();
        return bitmap;
      };
      ImageBitmap.prototype.close = function (this: ImageBitmap) {
        open.delete(this);
        tell();
        const closeOwn = own?.value as () => void;
        closeOwn.call(this);
      };
    });
    const open = () => page.evaluate(() => Number(document.documentElement.dataset['open']));
    await page.keyboard.press('F8');
    await said(words.scan.good);
    for (let round = 0; round < 10; round += 1) {
      await takesAgain(() => button(words.scan.retake).click());
    }
    expect(await pictures().count()).toBe(4);
    const painted = () =>
      page
        .locator('li canvas')
        .evaluateAll(
          (all) =>
            (all as HTMLCanvasElement[]).filter(
              ({ width, height }, at) =>
                width > 0 &&
                (all[at] as HTMLCanvasElement).getContext('2d')?.getImageData(width / 2, height / 2, 1, 1)
                  .data[3] === 255,
            ).length,
        );
    await expect.poll(painted).toBe(4);
    // A canvas has its picture; nothing is left to an image that Chromium would keep decoded.
    expect(await page.locator('img').count()).toBe(0);
    await page.keyboard.press('F5');
    await page
      .getByRole('button', { name: /^Data benar|^Lanjut/ })
      .first()
      .waitFor();
    await expect.poll(open).toBe(0);
    expect(await page.locator('figure canvas').count()).toBe(0);
  });
});
