import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { formatNik } from '../../app/enrollment/nik.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { currentStep, openResident } from '../../scripts/desk-work.ts';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome } from '../helpers/station-home.ts';

/** Who comes to the desk, and what the desk knows of them before a capture begins. */
let center: TestCenter;
let station: StationWindow;
const adults: Biodata[] = [];
let child: Biodata;
let foreigner: Biodata;

beforeAll(async () => {
  center = await startTestCenter();
  const people = (await center.residents({ recorded: false })).filter((one) => one.tanggalLahir < '2000');
  const [one, other, ...rest] = people;
  if (one === undefined || other === undefined) throw new Error('the register is empty');
  const year = new Date().getFullYear() - 10;
  child = await change(one, { tanggalLahir: `${year}-03-09`, statusKawin: 1 });
  foreigner = await change(other, { desa: '33.29.12.2009' });
  adults.push(...rest);
  station = await stationHome(center.url).launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
  const { username, password } = demoAccount('operator');
  await station.login(username, password);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

/** Before the station has loaded its register. */
async function change(person: Biodata, over: Partial<Biodata>): Promise<Biodata> {
  const biodata = { ...person, ...over };
  await center.running.db
    .updateTable('resident')
    .set({ biodata: JSON.stringify(biodata) })
    .where('nik', '=', person.nik)
    .execute();
  return biodata;
}

const adult = (index: number): Biodata => {
  const person = adults[index];
  if (person === undefined) throw new Error('the register has nobody left');
  return person;
};
const find = () => station.page.getByRole('combobox', { name: 'NIK atau nama' });
const queue = () => station.page.getByRole('region', { name: words.desk.queue });
const work = () => station.page.getByRole('region', { name: words.desk.work });
const button = (name: string | RegExp) => work().getByRole('button', { name });
const rows = () => queue().getByRole('button', { name: /^\d+ / });
const serveNumber = (number: number) => words.ticket.serveNumber.replace('{{number}}', String(number));
const callNumber = (number: number) => words.ticket.callNumber.replace('{{number}}', String(number));
const onBody = () => station.page.evaluate(() => document.activeElement === document.body);
const row = (number: number) => queue().getByRole('button', { name: new RegExp(`^${number} `) });

async function type(query: string, key = 'Enter'): Promise<void> {
  await find().fill(query);
  await find().press(key);
}

async function expectRow(number: number, text: string): Promise<void> {
  await row(number).filter({ hasText: text }).waitFor();
  expect(await row(number).innerText()).toContain(text);
}

async function expectPanel(title: string, ...texts: string[]): Promise<void> {
  const panel = work().getByRole('region', { name: words.arrival.label }).filter({ hasText: title });
  await panel.waitFor();
  const said = await panel.innerText();
  for (const text of texts) expect(said).toContain(text);
}

/** As a scanner types: all keys within one turn of the page. */
async function scan(digits: string): Promise<void> {
  await station.page.evaluate((text) => {
    for (const key of [...text, 'Enter']) {
      const at = document.activeElement ?? document.body;
      at.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }
  }, digits);
}

describe('a number', () => {
  it('is given without serving, by the keyboard and by hand', async () => {
    await type(adult(0).nik, 'Shift+Enter');
    await expectRow(1, words.ticketState.waiting);
    await find().fill(adult(1).nik);
    await station.page.getByTitle(words.ticket.giveKey).click();
    await expectRow(2, words.ticketState.waiting);
    await queue()
      .getByText(`Nomor 2: ${adult(1).nama}`)
      .waitFor();
  });

  it('is called by one key, even while something is typed', async () => {
    await find().fill('siti');
    await station.page.keyboard.press('Insert');
    await find().fill('');
    await expectRow(1, words.ticketState.called);
    expect(await work().innerText()).toContain(adult(0).nama);
  });

  it('of somebody who is not there is called again later', async () => {
    await button(words.ticket.absent).click();
    await expectRow(1, words.ticketState.absent);
    await row(1).click();
    await button(words.ticket.waiting).click();
    await expectRow(1, words.ticketState.waiting);
    await find().press('Enter');
    await expectRow(1, words.ticketState.called);
  });

  it('is put off with a reason, and nothing is put off without one', async () => {
    await button(words.ticket.deferred).click();
    await work().getByRole('button', { name: words.ticket.deferConfirm, exact: true }).click();
    await work().getByText(words.ticket.deferShort).waitFor();
    await work().getByRole('textbox').fill('ke sawah');
    await work().getByRole('textbox').press('Enter');
    await expectRow(1, 'ke sawah');
  });

  it('that was put off is served again, and the draft goes on after a second time', async () => {
    await row(1).click();
    expect(await work().getByRole('heading', { level: 1 }).innerText()).toBe(adult(0).nama);
    await button(serveNumber(1)).click();
    expect(await currentStep(station.page)).toBe('biodata');
    await station.page.keyboard.press('F6');
    expect(await currentStep(station.page)).toBe('photo');
    await expectRow(1, words.ticketState.serving);
    await row(1).click();
    const defer = queue().getByRole('button', { name: words.ticket.deferred });
    await defer.click();
    await station.page.keyboard.press('Escape');
    await expect.poll(() => defer.evaluate((button) => button === document.activeElement)).toBe(true);
    await defer.click();
    await queue().getByRole('button', { name: words.ticket.reasonPapers }).click();
    await expectRow(1, words.ticket.reasonPapers);
    // Enter now means the next number, not whoever was just put off.
    expect(
      await queue()
        .getByRole('button', { name: serveNumber(1) })
        .count(),
    ).toBe(0);
    await openResident(station.page, adult(0).nik);
    expect(await currentStep(station.page)).toBe('photo');
    await expectRow(1, words.ticketState.serving);
    await station.page.keyboard.press('Escape');
  });

  it('stands among the summons until somebody has come', async () => {
    const group = queue().getByRole('button', { name: words.desk.pagi }).first();
    const label = (await group.innerText()).split('\n')[0] ?? '';
    await group.click();
    const section = queue().getByRole('region', { name: label });
    const give = section.getByRole('button', { name: new RegExp(`^${words.ticket.give}: `) });
    await give.first().waitFor();
    const before = await give.count();
    await give.first().click();
    await expectRow(3, words.ticketState.waiting);
    await expect.poll(() => give.count()).toBe(before - 1);
    await group.click();
  });

  it('that is picked out stands in the middle, where alone Enter goes, and Escape gives it back', async () => {
    const { page } = station;
    await row(2).click();
    await button(callNumber(2)).waitFor();
    expect(await page.getByRole('button', { name: serveNumber(2) }).count()).toBe(1);
    await page.keyboard.press('Enter');
    await expectRow(2, words.ticketState.called);
    await row(3).click();
    await button(callNumber(3)).waitFor();
    await page.keyboard.press('Escape');
    await button(serveNumber(2)).waitFor();
    expect(await find().evaluate((box) => box === document.activeElement)).toBe(true);
  });

  it('that was called and passed over is not forgotten, and one given by mistake is taken back', async () => {
    await station.page.keyboard.press('Insert');
    await expectRow(3, words.ticketState.called);
    await work().getByText(words.ticket.stillCalled.replace('{{number}}', '2')).waitFor();
    await button(words.ticket.absentNumber.replace('{{number}}', '2')).click();
    await expectRow(2, words.ticketState.absent);
    expect(await onBody()).toBe(false);
    await button(words.ticket.withdrawn).click();
    await row(3).waitFor({ state: 'detached' });
    await queue().getByText('Nomor 3 dibatalkan').waitFor();
  });

  it('is not given twice, and the desk says which one it is', async () => {
    await type(adult(1).nik, 'Shift+Enter');
    await expectRow(2, words.ticketState.waiting);
    await type(adult(1).nik, 'Shift+Enter');
    await queue()
      .getByText(`Sudah punya nomor 2: ${adult(1).nama}`)
      .waitFor();
  });
});

describe('a search', () => {
  it('counts the digits of a NIK, and narrows a name by desa and year', async () => {
    await find().fill('3209');
    await queue().getByText('NIK: 4 dari 16 angka').waitFor();
    await find().fill('3209033102830007');
    await find().press('Enter');
    await queue().getByText(words.biodataError['nik.date']).waitFor();
    expect(await queue().getByText(words.desk.nothing).count()).toBe(0);
    const { nama, tanggalLahir, nik } = adult(5);
    await find().fill(`${nama.split(' ')[0]} ${tanggalLahir.slice(0, 4)}`);
    await queue()
      .getByRole('option')
      .filter({ hasText: formatNik(nik) })
      .waitFor();
    await find().fill('');
  });
});

describe('the pre-check', () => {
  it('tells a child from which day to come, and lets a wrong birth date be corrected', async () => {
    await type(child.nik);
    const from = `9 Maret ${new Date().getFullYear() + 6}`;
    await expectPanel(words.arrival.underAge, child.nama, formatNik(child.nik), from);
    const numbers = await rows().count();
    await button(words.arrival.openBiodata).click();
    expect(await currentStep(station.page)).toBe('biodata');
    expect(await rows().count()).toBe(numbers);
    // What stands in the way is one key away.
    await station.page.keyboard.press('Enter');
    await work().getByRole('textbox', { name: words.biodata.newValue }).waitFor();
    await station.page.keyboard.press('Escape');
    await station.page.keyboard.press('Escape');
  });

  it('tells the two Losaris apart by code and kabupaten', async () => {
    await type(foreigner.nik);
    await expectPanel(
      words.arrival.otherKecamatan,
      'Kec. Losari, Kab. Brebes (33.29.12)',
      'Kec. Losari, Kab. Cirebon (32.09.03)',
    );
    await station.page.keyboard.press('Enter');
    await type('3329121402830007');
    await expectPanel(words.arrival.unknown, 'Kec. Losari, Kab. Brebes (33.29.12)');
  });

  it('stops who is recorded at the center, and says when', async () => {
    const [recorded] = await center.residents({ recorded: true });
    await type(recorded?.nik ?? '');
    await expectPanel(words.arrival.recorded, recorded?.nama ?? '', words.arrival.recordedDo);
    expect(await button(words.ticket.serve).count()).toBe(0);
    await type(recorded?.nik ?? '', 'Shift+Enter');
    await expectPanel(words.arrival.recorded);
  });

  it('puts an unknown NIK back where its digits can be mended', async () => {
    await type('3209033112990099');
    await expectPanel(words.arrival.unknown, words.arrival.unknownDigits);
    await station.page.keyboard.press('Enter');
    expect(await find().inputValue()).toBe('3209033112990099');
    expect(await find().evaluate((box) => box === document.activeElement)).toBe(true);
    await find().fill('');
  });
});

describe('the scanner', () => {
  it('works from the outbox: the desk comes to the front with the resident', async () => {
    await station.page.keyboard.press('F3');
    await station.page.getByRole('heading', { name: words.outbox.title }).waitFor();
    await scan(adult(2).nik);
    expect(await currentStep(station.page)).toBe('biodata');
    expect(await work().getByRole('heading', { level: 1 }).innerText()).toContain(adult(2).nama);
  });

  it('waits where an enrollment is open, and says so', async () => {
    await station.page.keyboard.press('F3');
    await station.page.getByRole('heading', { name: words.outbox.title }).waitFor();
    await scan(adult(3).nik);
    await work()
      .getByText(formatNik(adult(3).nik))
      .waitFor();
    expect(await work().getByRole('heading', { level: 1 }).innerText()).toContain(adult(2).nama);
    await station.page.keyboard.press('Escape');
    await find().fill('');
  });

  it('leaves the text field in which it was read as it was, and the form unfinished', async () => {
    const { page } = station;
    await openResident(page, adult(2).nik);
    await work().getByRole('button', { name: words.desk.drop }).click();
    const reason = page.getByRole('textbox', { name: words.desk.dropReason });
    await reason.fill('salah ');
    await page.evaluate((text) => {
      for (const key of [...text, 'Enter']) {
        const field = document.activeElement;
        const isTaken = field?.dispatchEvent(
          new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }),
        );
        if (isTaken === false) continue;
        if (key === 'Enter') field?.closest('form')?.requestSubmit();
        else document.execCommand('insertText', false, key);
      }
    }, adult(3).nik);
    await work()
      .getByText(formatNik(adult(3).nik))
      .waitFor();
    expect(await reason.inputValue()).toBe('salah ');
    await page.keyboard.press('Escape');
    await reason.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await find().fill('');
  });

  it('says which rule an impossible NIK breaks', async () => {
    await station.page.keyboard.press('F1');
    await station.page.getByRole('heading', { name: words.help.title }).waitFor();
    await scan('3209033102830007');
    await expectPanel(words.arrival.malformed, words.biodataError['nik.date']);
    await station.page.keyboard.press('Escape');
  });

  it('is not what slow hands do', async () => {
    await station.page.keyboard.press('F3');
    const heading = station.page.getByRole('heading', { name: words.outbox.title });
    await heading.waitFor();
    await station.page.keyboard.type(adult(3).nik, { delay: 100 });
    await station.page.keyboard.press('Enter');
    expect(await heading.isVisible()).toBe(true);
    await station.page.keyboard.press('F2');
    await find().waitFor();
    expect((await queue().innerText()).includes(adult(3).nama)).toBe(false);
  });
});

describe('the queue', () => {
  it('is read again when the date at the desk changes, and when something has come from the center', async () => {
    for (const [index, change] of [{ today: '2099-01-01' }, { reference: 'another' }].entries()) {
      const person = adult(20 + index);
      // Past the desk: as if another had given the number.
      const given = await station.page.evaluate((nik) => window.rekam.desk.arrive({ nik }), person.nik);
      if (!given.ok) throw new Error(given.error.code);
      expect(await row(given.value.number).count()).toBe(0);
      const status = await station.status();
      const { today = status.today, reference: cursor = status.reference.cursor } = change;
      const told = { ...status, today, reference: { ...status.reference, cursor } };
      await station.app.evaluate(({ BrowserWindow }, payload) => {
        BrowserWindow.getAllWindows()[0]?.webContents.send('station.statusChanged', payload);
      }, told);
      await row(given.value.number).waitFor();
    }
  });

  it('of another day changes nobody’s number of today', async () => {
    const change = { number: 1, state: 'deferred', reason: 'ke sawah' } as const;
    const refused = await station.page.evaluate((request) => window.rekam.desk.ticket(request), {
      ...change,
      date: '2011-11-14',
    });
    expect(refused.ok ? 'ok' : refused.error.code).toBe('ticket.stale');
  });
});
