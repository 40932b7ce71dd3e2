import type { Locator, Page } from 'playwright-core';
import { STEPS, type Step } from '../app/enrollment/biometrics.ts';
import { formatNik } from '../app/enrollment/nik.ts';

/** Works through an enrollment in the window as an operator does, in Bahasa Indonesia; resumes wherever the draft stands. */
export interface Stored {
  readonly nama: string;
  readonly sequence: number;
}

const STEP_NAMES: Readonly<Record<Step, string>> = {
  biodata: 'Biodata',
  photo: 'Foto',
  signature: 'Tanda tangan',
  right4: 'Kanan 4',
  left4: 'Kiri 4',
  thumbs: 'Jempol',
  irises: 'Iris',
  review: 'Tinjau',
};

/** Types a NIK as a scanner does: sixteen digits and Enter. */
export async function openResident(page: Page, nik: string): Promise<void> {
  const find = page.getByRole('combobox', { name: 'NIK atau nama' });
  await find.fill(nik);
  await find.press('Enter');
  // An open draft, even this one, keeps its rail until it has been left; at that moment the desk empties the box.
  await find.and(page.locator(':placeholder-shown')).waitFor();
  const work = page.getByRole('region', { name: 'Perekaman' });
  await work.getByText(formatNik(nik)).first().waitFor();
  // Who may be recorded, but with something to know first (a sixteen-year-old), is served on request.
  const serve = work.getByRole('button', { name: 'Layani', exact: true });
  await serve.or(rail(page)).first().waitFor();
  if (await serve.isVisible()) await serve.click();
  await currentStep(page);
}

/** Lists residents whose names begin so. */
export async function findResidents(page: Page, query: string): Promise<void> {
  await page.getByRole('combobox', { name: 'NIK atau nama' }).fill(query);
  await page.getByRole('option').first().waitFor();
}

function rail(page: Page): Locator {
  return page.getByRole('navigation', { name: 'Langkah' });
}

/** The step that the rail marks as current. */
export async function currentStep(page: Page): Promise<Step> {
  const text = await rail(page).locator('[aria-current="step"]').innerText();
  const step = STEPS.find((candidate) => text.includes(STEP_NAMES[candidate]));
  if (step === undefined) throw new Error(`no such step on the rail: ${text}`);
  return step;
}

/** Completes steps until `last` is the current one and the desk says that the draft is saved there. */
export async function workUntil(page: Page, last: Step): Promise<void> {
  for (;;) {
    const step = await currentStep(page);
    if (step === last) {
      await page.getByText('Draf tersimpan').waitFor();
      return;
    }
    await doStep(page, step);
    await rail(page).locator('[aria-current="step"]').filter({ hasNotText: STEP_NAMES[step] }).waitFor();
  }
}

/** From wherever the draft stands to "Tersimpan"; what the desk then says. */
export async function workToTheEnd(page: Page, said?: string): Promise<Stored> {
  await workUntil(page, 'review');
  await approve(page);
  return save(page, said);
}

export async function approve(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Warga setuju' }).click();
}

export async function save(page: Page, said?: string): Promise<Stored> {
  await takeIndexFingers(page);
  await page.getByRole('button', { name: 'Simpan', exact: true }).click();
  return readStored(page, said);
}

/** Both index fingers once more, unless the draft holds them already or they are excepted. */
export async function takeIndexFingers(page: Page): Promise<void> {
  const store = page.getByRole('button', { name: 'Simpan', exact: true });
  const take = page.getByRole('button', { name: 'Ambil', exact: true });
  const best = page.getByRole('button', { name: 'Lanjut dengan yang terbaik' });
  await store.or(take).or(best).first().waitFor();
  if (await take.isVisible()) await take.click();
  await store.or(best).first().waitFor();
  if (await best.isVisible()) await best.click();
}

/** Waits for the desk's word that the record is on disk; in training that word is another. */
export async function readStored(page: Page, said = 'Tersimpan di stasiun ini'): Promise<Stored> {
  const region = page.getByRole('region', { name: 'Perekaman' });
  await page.getByRole('heading', { name: said }).waitFor();
  const text = await region.innerText();
  const sequence = /Paket nomor ([\d.]+)/.exec(text)?.[1]?.replaceAll('.', '');
  if (sequence === undefined) throw new Error(`no packet number in: ${text}`);
  return { nama: text, sequence: Number(sequence) };
}

async function doStep(page: Page, step: Step): Promise<void> {
  switch (step) {
    case 'biodata':
      for (const reason of await page.getByRole('combobox', { name: /^Alasan tetap dilanjutkan/ }).all()) {
        await reason.selectOption({ label: 'Cocok dengan KK atau akta yang diperlihatkan' });
      }
      await page.getByRole('button', { name: /^Data benar/ }).click();
      return;
    case 'photo':
      await unlessDone(page, () => takePhoto(page));
      return;
    case 'signature':
      await sign(page);
      await page.getByRole('button', { name: 'Lanjut', exact: true }).click();
      return;
    case 'review':
      throw new Error('the review ends by approve and save');
    default:
      await unlessDone(page, () => page.getByRole('button', { name: 'Ambil', exact: true }).click());
  }
}

/** The test camera shows no face, and a photo without one wants a reason. */
async function takePhoto(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Ambil foto' }).click();
  const reason = page.getByRole('textbox', { name: 'Alasan memakai foto ini' });
  await reason.or(page.getByRole('button', { name: 'Lanjut', exact: true })).waitFor();
  if (!(await reason.isVisible())) return;
  await reason.fill('Kamera uji tanpa wajah');
  await reason.press('Enter');
}

/** A resumed draft may stand at a step whose capture it holds already: then there is only to go on. */
async function unlessDone(page: Page, capture: () => Promise<void>): Promise<void> {
  const goOn = page.getByRole('button', { name: /^Lanjut/ });
  const take = page.getByRole('button', { name: /^Ambil( foto)?$/ });
  await goOn.or(take).first().waitFor();
  if (!(await goOn.isVisible())) await capture();
  await goOn.click();
}

async function sign(page: Page): Promise<void> {
  const box = await page.getByRole('figure', { name: 'Bidang tanda tangan' }).boundingBox();
  if (box === null) throw new Error('no signature pad');
  const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
  await page.mouse.move(...at(0.2, 0.6));
  await page.mouse.down();
  for (const [x, y] of [
    [0.3, 0.3],
    [0.4, 0.7],
    [0.5, 0.35],
    [0.6, 0.65],
    [0.75, 0.4],
  ] as const) {
    await page.mouse.move(...at(x, y), { steps: 4 });
  }
  await page.mouse.up();
}
