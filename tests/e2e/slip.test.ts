import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_WORDS } from '../../app/error-words.ts';
import type { PacketId } from '../../app/ids.ts';
import type { Slip } from '../../app/ipc/contract.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { openResident, workToTheEnd, workUntil } from '../../scripts/desk-work.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { liveText } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** The paper for the resident: a real window's print and real PDFs. Printers are played, since no test machine has one. */
let center: TestCenter;
let home: StationHome;
let station: StationWindow;
let folder: string;
const residents: { nik: string; nama: string }[] = [];
const POINTS_PER_MM = 72 / 25.4;

beforeAll(async () => {
  center = await startTestCenter();
  home = stationHome(center.url);
  folder = path.join(home.folder, 'papers');
  mkdirSync(folder);
  station = await home.launch();
  const adults = (await center.residents({ recorded: false })).filter((one) => one.tanggalLahir < '1995');
  residents.push(...adults);
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  const { username, password } = demoAccount('operator');
  await station.login(username, password);
  await playPrinters([]);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

/** How the played printer answers: null takes the paper. */
async function playPrinters(names: readonly string[], failure: string | null = null): Promise<void> {
  await station.app.evaluate(
    ({ BrowserWindow }, played) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      if (contents === undefined) throw new Error('no window');
      const list = played.names.map((name) => ({
        name,
        displayName: `Pencetak ${name}`,
        description: '',
        options: {},
      }));
      contents.getPrintersAsync = () => Promise.resolve(list);
      contents.print = (options, answer) => {
        Object.assign(globalThis, { printed: options });
        answer?.(played.failure === null, played.failure ?? '');
      };
    },
    { names, failure },
  );
}

/** Answers the save dialog once it comes up: this file, or nothing. */
async function chooseFile(file: string | null): Promise<void> {
  await station.app.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = (...args: unknown[]) => {
      Object.assign(globalThis, { asked: args.at(-1) });
      return Promise.resolve({ canceled: filePath === null, filePath: filePath ?? '' });
    };
  }, file);
}

/** What main last asked the save dialog or the printer for. */
async function asked(what: 'asked' | 'printed'): Promise<unknown> {
  return station.app.evaluate((_, name) => Reflect.get(globalThis, name) as unknown, what);
}

async function openSlip(packetId: PacketId): Promise<Slip | string> {
  return station.page.evaluate(async (wanted) => {
    const answer = await window.rekam.slip.open(wanted);
    return answer.ok ? answer.value : answer.error.code;
  }, packetId);
}

async function print(packetId: PacketId, printed: number): Promise<string> {
  return station.page.evaluate(
    async ([wanted, count]) => {
      const answer = await window.rekam.slip.print({
        packetId: wanted,
        printed: count,
        paper: '80mm',
        printer: null,
      });
      return answer.ok ? answer.value.to : answer.error.code;
    },
    [packetId, printed] as const,
  );
}

async function packetOf(nik: string): Promise<PacketId> {
  const row = (await station.outbox()).find((packet) => packet.nik === nik);
  if (row === undefined) throw new Error('not recorded');
  return row.packetId;
}

async function count(nik: string): Promise<number> {
  const slip = await openSlip(await packetOf(nik));
  return typeof slip === 'string' ? -1 : slip.printed;
}

/** One page of this size to the point, with its letters in it. */
function expectPage(file: string, widthMm: number, heightMm: number): void {
  const text = readFileSync(file, 'latin1');
  expect(text.slice(0, 5)).toBe('%PDF-');
  const boxes = [...text.matchAll(/\/MediaBox ?\[0 0 ([\d.]+) ([\d.]+)\]/g)];
  expect(boxes).toHaveLength(1);
  expect(Math.abs(Number(boxes[0]?.[1]) - widthMm * POINTS_PER_MM)).toBeLessThan(1);
  expect(Math.abs(Number(boxes[0]?.[2]) - heightMm * POINTS_PER_MM)).toBeLessThan(1);
  expect(text).toMatch(/\/Type ?\/Pages\s[^>]*\/Count 1\b/);
  expect(text).toMatch(/\/FontFile[23]?\b|\/Subtype ?\/Type3\b/);
}

/** What paper would bear now: the text of all that print leaves visible. */
async function printedText(): Promise<string> {
  await station.page.emulateMedia({ media: 'print' });
  const text = await station.page.evaluate(() => document.body.innerText);
  await station.page.emulateMedia({ media: null });
  return text;
}

const button = (name: string | RegExp) => station.page.getByRole('button', { name });
const savePdf = () => button(words.slip.pdf).click();
const said = (text: string) => station.page.getByText(text).first().waitFor();

describe('a draft', () => {
  it('has no slip, and the window cannot talk main into one', async () => {
    const { page } = station;
    await openResident(page, residents[0]?.nik ?? '');
    await workUntil(page, 'photo');
    const packetId = await page.evaluate(async () => {
      const drafts = await window.rekam.drafts.list();
      return drafts.ok ? drafts.value[0]?.packetId : undefined;
    });
    if (packetId === undefined) throw new Error('no draft');
    await chooseFile(path.join(folder, 'draft.pdf'));
    expect(await openSlip(packetId)).toBe('slip.unrecorded');
    expect(await print(packetId, 0)).toBe('slip.unrecorded');
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('after recording, without a printer', () => {
  it('shows the paper, and Enter takes the next resident', async () => {
    const { page } = station;
    await workToTheEnd(page);
    const preview = page.getByRole('region', { name: words.slip.preview });
    await preview.getByText(residents[0]?.nama ?? '').waitFor();
    expect(await preview.innerText()).not.toContain('CETAK ULANG');
    await said(words.slip.noPrinter);
    await said(words.slip.pdfPlain);
    expect(await button(words.slip.print).count()).toBe(0);
  });

  it('prints the paper alone, of the window nothing', async () => {
    const text = await printedText();
    expect(text).toContain(words.slip.on.title);
    expect(text).toContain(residents[0]?.nama);
    expect(text).not.toContain(words.frame.outbox);
    expect(text).not.toContain(words.slip.pdf);
  });

  it('counts nothing when nobody chose a file', async () => {
    await chooseFile(null);
    await savePdf();
    await said(words.slip.cancelled);
    expect(await count(residents[0]?.nik ?? '')).toBe(0);
    expect(await asked('asked')).toMatchObject({
      defaultPath: expect.stringMatching(/[\\/]bukti-1\.pdf$/) as unknown,
    });
  });

  it('says where a PDF could not be written, counts nothing, and leaves nothing', async () => {
    await chooseFile(path.join(folder, 'no', 'such', 'folder.pdf'));
    await savePdf();
    await said(ERROR_WORDS['slip.file'].id);
    expect(await count(residents[0]?.nik ?? '')).toBe(0);
    await chooseFile(folder);
    await button(words.common.again).click();
    await said(ERROR_WORDS['slip.file'].id);
    await station.page.getByText(words.slip.on.title).first().waitFor();
    expect(await count(residents[0]?.nik ?? '')).toBe(0);
    expect(readdirSync(path.dirname(folder)).filter((name) => name.startsWith('papers'))).toEqual(['papers']);
  });

  it('saves one page of 80 mm, for its owner alone, and no other file', async () => {
    const file = path.join(folder, 'one.pdf');
    await chooseFile(file);
    await savePdf();
    await said(words.slip.toFile.replace('{{file}}', file));
    expectPage(file, 80, 160);
    expect(statSync(file).mode & 0o077).toBe(0);
    expect(readdirSync(folder)).toEqual(['one.pdf']);
    expect(await count(residents[0]?.nik ?? '')).toBe(1);
  });

  it('marks the next one, on A4 as on the roll', async () => {
    await station.page.getByRole('combobox', { name: words.slip.paper }).selectOption('a4');
    expect(await printedText()).toContain('CETAK ULANG ke-1');
    const file = path.join(folder, 'two.pdf');
    await chooseFile(file);
    await savePdf();
    await said(words.slip.toFile.replace('{{file}}', file));
    expectPage(file, 210, 297);
    expect(await printedText()).toContain('CETAK ULANG ke-2');
  });

  it.each(['80mm', 'a4'])('holds the longest names under every mark on %s', async (paper) => {
    const { page } = station;
    await page.getByRole('combobox', { name: words.slip.paper }).selectOption(paper);
    await page.emulateMedia({ media: 'print' });
    const left = await page.evaluate(() => {
      const sheet = document.querySelector('[data-sheet] > article')?.cloneNode(true);
      if (!(sheet instanceof HTMLElement)) throw new Error('no paper');
      document.querySelector('[data-sheet]')?.append(sheet);
      const mark = [...sheet.children].find((child) => child.textContent?.includes('CETAK ULANG'));
      if (mark === undefined) throw new Error('no mark');
      // In training the paper bears two more of the kind.
      sheet.append(mark.cloneNode(true), mark.cloneNode(true));
      const long = sheet.querySelectorAll(
        '[data-line="nama"] dd, [data-line="operator"] dd, [data-line="station"] dd',
      );
      for (const line of long) line.textContent = 'WIDODO '.repeat(9).slice(0, 60);
      const room = sheet.clientHeight - sheet.scrollHeight;
      sheet.remove();
      return room;
    });
    await page.emulateMedia({ media: null });
    expect(left).toBeGreaterThanOrEqual(0);
  });

  it('refuses a count that is no longer true, and a slip that does not stand in the window', async () => {
    const packetId = await packetOf(residents[0]?.nik ?? '');
    const file = path.join(folder, 'stale.pdf');
    await chooseFile(file);
    expect(await print(packetId, 0)).toBe('slip.stale');
    // The window shows it for A4.
    expect(await print(packetId, 2)).toBe('slip.stale');
    await station.page.keyboard.press('F1');
    expect(await print(packetId, 2)).toBe('slip.stale');
    await station.page.keyboard.press('F2');
    expect(readdirSync(folder)).toEqual(['one.pdf', 'two.pdf']);
    expect(await count(residents[0]?.nik ?? '')).toBe(2);
  });
});

describe('after recording, with a printer', () => {
  const nik = () => residents[1]?.nik ?? '';

  it('offers to print on Enter, and keeps the count when the printer refuses', async () => {
    const { page } = station;
    await playPrinters(['thermal'], 'Print job failed');
    await openResident(page, nik());
    await workToTheEnd(page);
    await button(words.slip.print).waitFor();
    await page.keyboard.press('Enter');
    await said(ERROR_WORDS['slip.printer'].id);
    expect(await count(nik())).toBe(0);
  });

  it('prints silently on that printer, on the paper chosen, and Enter is then the next resident', async () => {
    const { page } = station;
    await playPrinters(['thermal']);
    await page.getByRole('combobox', { name: words.slip.paper }).selectOption('80mm');
    await button(words.common.again).click();
    await said(words.slip.toPrinter.replace('{{printer}}', 'Pencetak thermal'));
    expect(await asked('printed')).toMatchObject({
      silent: true,
      deviceName: 'thermal',
      pageSize: { width: 80_000, height: 160_000 },
      margins: { marginType: 'none' },
    });
    expect(await count(nik())).toBe(1);
    expect(await button(words.slip.print).count()).toBe(0);
    await button(words.slip.printAgain).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: words.recorded.title }).waitFor({ state: 'detached' });
  });

  it('goes on without paper on one key', async () => {
    const { page } = station;
    await openResident(page, residents[2]?.nik ?? '');
    await workToTheEnd(page);
    await button(words.slip.skip).waitFor();
    await page.keyboard.press('Alt+l');
    await page.getByRole('heading', { name: words.recorded.title }).waitFor({ state: 'detached' });
    expect(await count(residents[2]?.nik ?? '')).toBe(0);
  });

  it('says so when the chosen printer is gone, rather than print elsewhere', async () => {
    const packetId = await packetOf(nik());
    const code = await station.page.evaluate(async (wanted) => {
      const answer = await window.rekam.slip.print({
        packetId: wanted,
        printed: 1,
        paper: '80mm',
        printer: 'gone',
      });
      return answer.ok ? 'ok' : answer.error.code;
    }, packetId);
    expect(code).toBe('slip.printer');
    expect(await count(nik())).toBe(1);
  });
});

describe('from the outbox', () => {
  it('prints a slip again, marked, and comes back to its row', async () => {
    const { page } = station;
    const nama = residents[1]?.nama ?? '';
    await page.keyboard.press('F3');
    const row = button(words.slip.openOf.replace('{{nama}}', nama));
    await row.click();
    const dialog = page.getByRole('dialog', { name: words.slip.heading });
    await dialog.getByText('CETAK ULANG ke-1').first().waitFor();
    await playPrinters(['thermal'], 'Print job failed');
    await page.keyboard.press('Enter');
    await dialog.getByRole('alert').waitFor();
    expect(await liveText(page)).toContain(ERROR_WORDS['slip.printer'].id);
    await playPrinters(['thermal']);
    await dialog.getByRole('button', { name: words.common.again, exact: true }).click();
    await dialog.getByText(words.slip.toPrinter.replace('{{printer}}', 'Pencetak thermal')).waitFor();
    expect(await count(residents[1]?.nik ?? '')).toBe(2);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await row.evaluate((element) => element === document.activeElement)).toBe(true);
  });
});
