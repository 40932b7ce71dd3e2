import { mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Advice } from '../../app/enrollment/photo.ts';
import { ERROR_WORDS } from '../../app/error-words.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { openResident, workUntil } from '../../scripts/desk-work.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { picture, portrait, type Scene } from '../helpers/portraits.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** The photo step before a camera that shows what the test has drawn. */
const RED = '#c01822';
const BLUE = '#1f5fb4';
const GOOD: Scene = { wall: RED, people: [portrait()] };

let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let film: string;

beforeAll(async () => {
  center = await startTestCenter();
  home = stationHome(center.url);
  film = path.join(mkdtempSync(path.join(home.folder, 'camera-')), 'film.mjpeg');
  station = await home.launch({ switches: [`--use-file-for-fake-video-capture=${film}`] });
  await station.activate(await center.activationCode());
  const { username, password } = demoAccount('operator');
  await station.login(username, password);
  await station.until((status) => status.reference.residents === 200);
  await show(GOOD);
  await openResident(station.page, await resident());
  await workUntil(station.page, 'photo');
});

afterAll(async () => {
  await station.close();
  await center.close();
});

/** Of an odd birth year, so that the wall should be red. */
async function resident(skip = 0): Promise<string> {
  const odd = (await center.residents({ recorded: false })).filter(
    ({ tanggalLahir }) => tanggalLahir < '1995' && Number(tanggalLahir.slice(0, 4)) % 2 === 1,
  );
  return odd[skip]?.nik ?? '';
}

function work() {
  return station.page.getByRole('region', { name: words.desk.work });
}

function button(name: string) {
  return station.page.getByRole('button', { name, exact: true });
}

/** What the camera gives from its next opening on; the file is swapped whole, as the camera may be reading it. */
async function show(scene: Scene): Promise<void> {
  writeFileSync(`${film}.new`, await picture(station.page, scene));
  renameSync(`${film}.new`, film);
}

/** Away from the step and back: the camera is opened again. */
async function reopen(): Promise<void> {
  await station.page.keyboard.press('F5');
  await button('Ambil foto').waitFor({ state: 'detached' });
  await station.page.keyboard.press('F6');
  await button('Ambil foto').waitFor();
}

/** The photo as the draft has it. */
async function kept() {
  return station.page.evaluate(async () => {
    const [row] = await window.rekam.drafts.list(undefined).then((list) => (list.ok ? list.value : []));
    if (row === undefined) throw new Error('no draft');
    const loaded = await window.rekam.drafts.load(row.packetId);
    if (!loaded.ok) throw new Error(loaded.error.code);
    const photo = loaded.value.captures.find((capture) => capture.part.name === 'photo');
    if (photo === undefined) return null;
    const image = await createImageBitmap(new Blob([new Uint8Array(photo.bytes)], { type: 'image/jpeg' }));
    return { ...photo.part, width: image.width, height: image.height };
  });
}

describe('live advice', () => {
  const scenes: [Advice, Scene][] = [
    ['noFace', { wall: RED, people: [] }],
    ['manyFaces', { wall: RED, people: [portrait(110, [-200, 0]), portrait(110, [200, 0])] }],
    ['tooFar', { wall: RED, people: [portrait(70)] }],
    ['tooClose', { wall: RED, people: [portrait(300)] }],
    ['offCentre', { wall: RED, people: [portrait(150, [330, 0])] }],
    [
      'turned',
      { wall: RED, people: [{ sample: 'body', part: [480, 0, 240, 240], at: [340, 120, 720, 720] }] },
    ],
    ['tilted', { wall: RED, people: [{ ...portrait(), lean: 18 }] }],
    ['eyesClosed', { wall: RED, people: [{ ...portrait(), asleep: true }] }],
    ['tooDark', { ...GOOD, filter: 'brightness(0.25)' }],
    ['tooBright', { ...GOOD, filter: 'brightness(2)' }],
    ['unevenLight', { ...GOOD, shadow: 0.5 }],
    ['blurred', { ...GOOD, filter: 'blur(4px)' }],
    ['background', { ...GOOD, wall: BLUE }],
  ];
  it.each(scenes)('says %s', async (advice, scene) => {
    await show(scene);
    await reopen();
    const sentence = work().getByText(words.photo.advice[advice], { exact: true });
    await sentence.first().waitFor();
    expect(await sentence.first().innerText()).toBe(words.photo.advice[advice]);
  });

  it('names the wall that the birth year asks for', async () => {
    expect(await work().getByText(words.photo.background_red).count()).toBe(1);
  });

  it('says so when the face is good', async () => {
    await show(GOOD);
    await reopen();
    await work().getByText(words.photo.ready).waitFor();
    expect(await work().getByText(words.photo.advice.noFace).count()).toBe(0);
  });
});

describe('taking', () => {
  it('asks for a reason before it keeps a good photo before another wall', async () => {
    await show({ ...GOOD, wall: BLUE });
    await reopen();
    await button('Ambil foto').click();
    const reason = station.page.getByRole('textbox', { name: 'Alasan memakai foto ini' });
    await reason.waitFor();
    await work().getByText(words.photo.advice.background).waitFor();
    expect(await kept()).toBeNull();
    await station.page.keyboard.press('Escape');
    await reason.waitFor({ state: 'detached' });
  });

  it('asks for a reason before it keeps a photo without a face, and takes Enter for it', async () => {
    await show({ wall: RED, people: [] });
    await reopen();
    const { page } = station;
    await button('Ambil foto').click();
    const reason = page.getByRole('textbox', { name: 'Alasan memakai foto ini' });
    await reason.waitFor();
    await work().getByText(words.photo.advice.noFace).waitFor();
    expect(await reason.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: words.photo.reasonShort }).waitFor();
    expect(await kept()).toBeNull();
    // Given up and taken anew, without leaving the resident.
    await page.keyboard.press('Escape');
    await reason.waitFor({ state: 'detached' });
    await button('Ambil foto').click();
    await reason.waitFor();
    await page.keyboard.type('Warga bercadar');
    await page.keyboard.press('Enter');
    await button('Lanjut').waitFor();
    await page.getByText('Draf tersimpan').waitFor();
    expect(await kept()).toMatchObject({ quality: 0, override: 'Warga bercadar', attempts: 2 });
  });

  it('keeps a good one at once, cut to the face, with its score', async () => {
    const { page } = station;
    await show(GOOD);
    await button(words.photo.retake).click();
    await work().getByText(words.photo.ready).waitFor();
    await page.keyboard.press('Enter');
    await work()
      .getByText(/Mutu foto \d+ · baik/)
      .waitFor();
    await page.getByText('Draf tersimpan').waitFor();
    const photo = await kept();
    expect(photo).toMatchObject({ width: 480, height: 640, attempts: 3, background: 'red' });
    expect(photo).not.toHaveProperty('override');
    expect(photo?.quality).toBeGreaterThanOrEqual(50);
    expect(photo?.size).toBeLessThanOrEqual(100 * 1024);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: words.stepLong.signature }).waitFor();
    await page.keyboard.press('F6');
  });

  it('keeps one that waits for its reason while the step is left; given up, it is the camera’s turn again', async () => {
    const { page } = station;
    await show({ wall: RED, people: [] });
    await button(words.photo.retake).click();
    await button('Ambil foto').click();
    const reason = page.getByRole('textbox', { name: 'Alasan memakai foto ini' });
    await reason.waitFor();
    await page.keyboard.type('Warga ber');
    await page.keyboard.press('F5');
    await page.getByRole('heading', { name: words.stepLong.biodata }).waitFor();
    await page.keyboard.press('F6');
    await reason.waitFor();
    expect(await reason.inputValue()).toBe('Warga ber');
    await expect.poll(() => reason.evaluate((field) => field === document.activeElement)).toBe(true);
    await page.keyboard.press('Escape');
    // Pressed as soon as it can be: no photo fails for want of a picture.
    await button('Ambil foto').click();
    await reason.waitFor();
    expect(await page.getByText(words.photo.failed).count()).toBe(0);
    await page.keyboard.type('Warga bercadar');
    await page.keyboard.press('Enter');
    await button('Lanjut').waitFor();
    await page.getByText('Draf tersimpan').waitFor();
    // The third was kept, the fourth given up.
    expect(await kept()).toMatchObject({ override: 'Warga bercadar', attempts: 5 });
    await show(GOOD);
  });

  it('leaves no picture behind: not of what the camera showed, nor of what was on the screen', async () => {
    const { page } = station;
    const taken = page.getByRole('img', { name: words.photo.taken });
    const canvas = await taken.elementHandle();
    const width = () => canvas?.evaluate((one) => (one as unknown as HTMLCanvasElement).width);
    await expect.poll(width).toBe(480);
    const [thread] = page.workers();
    await thread?.evaluate(() => {
      const context = OffscreenCanvasRenderingContext2D.prototype;
      const draw = Reflect.get(context, 'drawImage') as (...args: unknown[]) => void;
      const drawn = Object.assign(self, { drawn: 0 });
      context.drawImage = function (...args: unknown[]) {
        drawn.drawn += 1;
        return Reflect.apply(draw, this, args);
      };
    });
    await button(words.photo.retake).click();
    await taken.waitFor({ state: 'detached' });
    expect(await width()).toBe(0);
    // Of each frame or canvas that is drawn Chromium keeps a copy.
    await work().getByText(words.photo.ready).waitFor();
    expect(await thread?.evaluate(() => (self as unknown as { drawn: number }).drawn)).toBe(0);
  });

  it('says that the camera went away, and opens it again', async () => {
    // What Chromium does when the cable is pulled.
    await station.page.evaluate(() => {
      const stream = document.querySelector('video')?.srcObject;
      if (stream instanceof MediaStream) stream.getTracks()[0]?.dispatchEvent(new Event('ended'));
    });
    const said = station.page.getByRole('alert').filter({ hasText: ERROR_WORDS['camera.missing'].id });
    await said.waitFor();
    await button('Ulangi').click();
    await work().getByText(words.photo.ready).waitFor();
    expect(await said.count()).toBe(0);
  });

  it('goes on with a new worker after the old one died', async () => {
    const [old] = station.page.workers();
    const gone = new Promise((resolve) => old?.once('close', resolve));
    await old?.evaluate(() => {
      setTimeout(() => {
        throw new Error('as a full memory would');
      });
    });
    await gone;
    await show({ wall: RED, people: [] });
    await reopenRetake();
    await work().getByText(words.photo.advice.noFace).first().waitFor();
    expect(station.page.workers()).toHaveLength(1);
    expect(station.page.workers()[0]).not.toBe(old);
  });
});

async function reopenRetake(): Promise<void> {
  await button('Batal').click();
  await button(words.photo.retake).click();
}

describe('another start', () => {
  const restart = async (switches: readonly string[], camera = true) => {
    await station.close();
    station = await home.launch({ switches, camera });
    const { username, password } = demoAccount('operator');
    await station.login(username, password);
  };

  it('lets the operator choose among cameras, and remembers it for the next resident', async () => {
    await restart(['--use-fake-device-for-media-stream=device-count=2'], false);
    const { page } = station;
    await openResident(page, await resident(1));
    await workUntil(page, 'photo');
    const select = page.getByRole('combobox', { name: words.photo.camera });
    await select.waitFor();
    const [first, second] = await select.locator('option').allInnerTexts();
    expect(await select.locator('option:checked').innerText()).toBe(first);
    await select.selectOption({ label: second ?? '' });
    await page.keyboard.press('F5');
    await page.keyboard.press('F6');
    await select.waitFor();
    expect(await select.locator('option:checked').innerText()).toBe(second);
  });

  it('keeps a photo that nobody could judge, with a reason', async () => {
    await restart([]);
    const { app, page } = station;
    await app.evaluate(({ session }) => {
      session.defaultSession.webRequest.onBeforeRequest((details, decide) =>
        decide({ cancel: details.url.includes('/face/') }),
      );
    });
    await openResident(page, await resident(2));
    await workUntil(page, 'photo');
    const said = page.getByRole('alert').filter({ hasText: ERROR_WORDS['camera.faceModel'].id });
    await said.waitFor();
    await button('Ambil foto').click();
    await page.getByRole('textbox', { name: 'Alasan memakai foto ini' }).fill('Wajah jelas, dilihat sendiri');
    await page.keyboard.press('Enter');
    await work().getByText(words.photo.qualityNone).waitFor();
    await page.getByText('Draf tersimpan').waitFor();
    const drafts = await page.evaluate(async () => {
      const list = await window.rekam.drafts.list(undefined);
      return list.ok ? Promise.all(list.value.map((row) => window.rekam.drafts.load(row.packetId))) : [];
    });
    const photos = drafts.flatMap((draft) =>
      draft.ok ? draft.value.captures.filter(({ part }) => part.override !== undefined) : [],
    );
    expect(photos.map(({ part }) => [part.quality, part.override])).toContainEqual([
      null,
      'Wajah jelas, dilihat sendiri',
    ]);
  });
});
