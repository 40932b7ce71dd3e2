import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Biodata } from '../../app/enrollment/biodata.ts';
import { PATHS } from '../../app/sync/protocol.ts';
import { id as words } from '../../renderer/i18n/id.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow, Status } from '../../scripts/station-window.ts';
import { liveText, violationsInBothSchemes } from '../helpers/accessibility.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { activateStation } from '../helpers/center-station.ts';
import { atDisk, plainAdults } from '../helpers/closed-station.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';
import { newPacketId } from '../helpers/store.ts';
import { thinLine, type ThinLine } from '../helpers/thin-line.ts';

/** The supervisor's day: a sync by hand over 256 kbit/s, one packet looked after, limits, and what reconcile found. */
const PACKETS = 8;
const BYTES_EACH = 6_000;
const LINE = 32_000;
const SHOTS = path.join(root, 'out', 'shots', 'supervisor');

let center: TestCenter;
let line: ThinLine;
let home: StationHome;
let station: StationWindow;
let people: Biodata[];

beforeAll(async () => {
  mkdirSync(SHOTS, { recursive: true });
  center = await startTestCenter();
  line = await thinLine(center.port);
  home = stationHome(center.url.replace(String(center.port), String(line.port)));
  people = plainAdults(await center.residents({ recorded: false }));
  station = await home.launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
});

afterAll(async () => {
  await station.close();
  await line.close();
  await center.close();
});

const button = (name: string | RegExp) => station.page.getByRole('button', { name, exact: true });
const dialog = () => station.page.getByRole('dialog');

async function login(role: 'operator' | 'supervisor'): Promise<void> {
  const { username, password } = demoAccount(role);
  await station.login(username, password);
}

/** A picture in out/shots/supervisor, and what axe finds there in both colours. */
async function see(name: string): Promise<void> {
  const { page } = station;
  const found = await violationsInBothSchemes(page, name);
  await station.shot(path.join(SHOTS, `${name}.png`));
  expect(found).toEqual([]);
}

/** So many hours from now, as the office writes it. */
function hoursOn(hours: number): string {
  const at = new Date(Date.now() + hours * 3_600_000);
  return `${String(at.getHours()).padStart(2, '0')}.${String(at.getMinutes()).padStart(2, '0')}`;
}

/** Closes the app, lets the disk be changed as a day would, and comes back to the supervisor's screen. */
async function dayPasses(act: Parameters<typeof atDisk>[1]): Promise<void> {
  await station.close();
  await atDisk(home, act);
  station = await home.launch();
  await login('supervisor');
}

describe('limits', () => {
  it('are said, set by keyboard, refused when they say nothing, and kept', async () => {
    await login('supervisor');
    const { page } = station;
    await page.keyboard.press('F4');
    await button(words.settings.title).press('Enter');
    const name = words.settings.name_syncLimits;
    const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name }) });
    await card.getByText(words.limits.none).waitFor();
    await button(words.settings.changeOf.replace('{{name}}', name)).press('Enter');
    const rate = page.getByRole('textbox', { name: words.limits.ceiling });
    await rate.fill('1');
    await rate.press('Enter');
    await page.getByRole('alert').filter({ hasText: words.limits.wrong }).waitFor();
    await see('limits-wrong');
    await rate.fill('');
    await page.getByRole('textbox', { name: words.limits.from }).fill(hoursOn(2));
    await page.getByRole('textbox', { name: words.limits.to }).fill(hoursOn(3));
    await button(words.limits.save).press('Enter');
    await card.getByText('Paket hanya terkirim pukul').waitFor();
    expect(await liveText(page)).toContain(words.limits.saved);
    await station.until(({ limits }) => limits.opensAt !== null);
    await see('limits');
  });

  it('keep packets waiting in the open, on the status bar and over the queue', async () => {
    await dayPasses(({ record }) => record(people.splice(0, PACKETS), BYTES_EACH));
    await station.until(({ link, outbox }) => link.state === 'online' && outbox.waiting === PACKETS);
    const { page } = station;
    await page.getByRole('contentinfo').getByText('menunggu jam kirim').waitFor();
    await page.keyboard.press('F3');
    await page.getByText('Sekarang di luar jam itu').waitFor();
    expect(await center.packetCount()).toBe(0);
  });
});

describe('a sync by hand over 256 kbit/s', () => {
  const percent = async () => Number(await station.page.getByRole('progressbar').getAttribute('value'));

  it('shows truthful progress and time left, past the hours', async () => {
    const { page } = station;
    await page.keyboard.press('F4');
    line.limit(LINE);
    await button(words.supervisor.sync).press('Enter');
    const began = line.sent();
    const seen: { status: Status; sent: number }[] = [];
    await station.until((status) => {
      if (status.sync?.manual === true) seen.push({ status, sent: line.sent() - began });
      return (status.sync?.items.done ?? 0) >= 3 && status.sync?.secondsLeft !== null;
    });
    const size = (seen.at(-1)?.status.sync?.bytes.total ?? 0) / PACKETS;
    expect(size).toBeGreaterThan(80_000);
    // Never ahead of the line by more than the eye takes for the same.
    for (const { status, sent } of seen) expect(status.sync?.bytes.done ?? 0).toBeLessThan(sent + size);
    const last = seen.at(-1)?.status.sync;
    expect(last?.bytesPerSecond ?? 0).toBeGreaterThan(LINE / 3);
    expect(last?.bytesPerSecond ?? 0).toBeLessThan(LINE * 1.5);
    const rest = (last?.bytes.total ?? 0) - (last?.bytes.done ?? 0);
    expect(last?.secondsLeft).toBe(Math.ceil(rest / (last?.bytesPerSecond ?? 1)));
    expect(await percent()).toBeGreaterThan(0);
    await page.getByText(/sisa .* selesai ±/).waitFor();
    await station.shot(path.join(SHOTS, 'sync-running.png'));
    // So slow that however long axe looks, something is left to cancel.
    line.limit(LINE / 100);
    await see('sync-stalled');
  });

  it('is cancelled, says what went, and leaves the rest waiting', async () => {
    const { page } = station;
    await button(words.supervisor.cancel).press('Enter');
    await page.getByText(words.supervisor.ended_cancelled).first().waitFor();
    await page.waitForFunction(
      (name) =>
        [...document.querySelectorAll('[aria-live]')].some((region) => region.textContent?.includes(name)),
      words.supervisor.ended_cancelled,
    );
    // Said to be over, it is over for the hand too.
    expect(await button(words.supervisor.sync).getAttribute('aria-disabled')).toBe('false');
    const { outbox, lastManualSync } = await station.status();
    expect(outbox.waiting).toBeGreaterThan(0);
    expect(outbox.waiting + outbox.received).toBe(PACKETS);
    expect(lastManualSync).toMatchObject({ ended: 'cancelled', received: outbox.received, held: 0 });
    expect(lastManualSync?.receivedBytes).toBeGreaterThan(0);
    expect(await center.packetCount()).toBeGreaterThanOrEqual(outbox.received);
    expect(await button(words.supervisor.sync).evaluate((node) => node === document.activeElement)).toBe(
      true,
    );
    await see('sync-cancelled');
    // Late words of the cancelled uploads would cut the next ones.
    line.cut();
  });

  it('starts again and finishes: every packet is there once', async () => {
    const { page } = station;
    line.limit(LINE);
    const { lastManualSync: cancelled } = await station.status();
    await button(words.supervisor.sync).press('Enter');
    await station.until((status) => status.lastManualSync?.startedAt !== cancelled?.startedAt, 120_000);
    const { outbox, lastManualSync } = await station.status();
    expect(lastManualSync).toMatchObject({ ended: 'done', cause: null, failed: 0, remaining: 0 });
    expect(outbox).toMatchObject({ waiting: 0, received: PACKETS });
    await page.getByText(words.supervisor.ended_done).first().waitFor();
    expect(await center.packetCount()).toBe(PACKETS);
    expect(await liveText(page)).toContain(words.supervisor.ended_done);
    line.limit(null);
    await see('sync-done');
  });
});

describe('one packet', () => {
  it('is looked at, held with a reason, released and sent now, by keyboard alone', async () => {
    await dayPasses(({ record }) => record(people.splice(0, 1), 600));
    const { page } = station;
    await page.keyboard.press('F3');
    const open = page.getByRole('button', { name: /^Periksa paket/ });
    await open.first().press('Enter');
    await dialog().getByText(words.doctor.stand_closed).first().waitFor();
    await see('doctor-waiting');
    await button(words.doctor.hold).press('Enter');
    await page.keyboard.press('Enter');
    await dialog().getByRole('alert').filter({ hasText: words.doctor.holdShort }).waitFor();
    await see('doctor-hold');
    // Escape leaves the form alone.
    await page.keyboard.press('Escape');
    await button(words.doctor.hold).press('Enter');
    await page.keyboard.type('Tunggu kabar pusat');
    await page.keyboard.press('Enter');
    await dialog().getByText('“Tunggu kabar pusat”').first().waitFor();
    expect(await liveText(page)).toContain(words.doctor.said_held);
    // The next Enter closes, and undoes nothing.
    expect(await button(words.doctor.close).evaluate((node) => node === document.activeElement)).toBe(true);
    await see('doctor-held');
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    expect((await station.status()).outbox).toMatchObject({ held: 1, waiting: 0 });
    await open.first().press('Enter');
    await button(words.doctor.release).press('Enter');
    await dialog().getByText(words.doctor.said_released).waitFor();
    expect((await station.status()).outbox).toMatchObject({ held: 0, waiting: 1 });
    await button(words.doctor.retry).press('Enter');
    await dialog().getByText(words.doctor.act_received).first().waitFor();
    await see('doctor-received');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    expect(await center.packetCount()).toBe(PACKETS + 1);
  });

  it('an operator sees the state alone, and every channel of it is refused', async () => {
    const { page } = station;
    await station.logout();
    await login('operator');
    await page.keyboard.press('F3');
    await page.getByRole('row').nth(1).waitFor();
    expect(await page.getByRole('button', { name: /^Periksa paket/ }).count()).toBe(0);
    const [row] = await station.outbox();
    const codes = await page.evaluate(
      async (packetId) => {
        const { outbox, sync } = window.rekam;
        const answers = await Promise.all([
          outbox.packet(packetId),
          outbox.hold({ packetId, reason: 'Tunggu' }),
          outbox.release(packetId),
          outbox.retry(packetId),
          sync.findings(undefined),
          sync.office(undefined),
          sync.limit({ ceiling: null, hours: null }),
          sync.now(undefined),
        ]);
        return answers.map((answer) => (answer.ok ? 'ok' : answer.error.code));
      },
      row?.packetId as NonNullable<typeof row>['packetId'],
    );
    expect(codes).toEqual(codes.map(() => 'role.forbidden'));
    await station.logout();
    await login('supervisor');
  });
});

it('what needs a person stands on top, leads there by keyboard, and is gone once it is seen to', async () => {
  await dayPasses(({ record }) => record(people.splice(0, 1), 600));
  const { page } = station;
  await page.keyboard.press('F4');
  const needs = page.getByRole('region', { name: words.needs.title });
  // The center has no use for these captures.
  const sentBack = needs.getByText(/ perekaman dikembalikan/);
  await sentBack.waitFor();
  const held = needs.getByText(words.needs.is_held_one.replace('{{many}}', '1'));
  expect(await held.count()).toBe(0);
  const packetId = await page.evaluate(async () => {
    const list = await window.rekam.outbox.list({ filter: 'pending', offset: 0, limit: 1 });
    const waiting = list.ok ? list.value.rows[0] : undefined;
    if (waiting === undefined) throw new Error('nothing waits');
    await window.rekam.outbox.hold({ packetId: waiting.packetId, reason: 'Tunggu kabar pusat' });
    return waiting.packetId;
  });
  await held.waitFor();
  // Behind it those, and the second copy and recovery sheet that this station has not.
  await needs.getByRole('button', { name: words.needs.behind_other.replace('{{many}}', '3') }).press('Enter');
  await needs.getByRole('listitem').filter({ hasText: words.needs.is_kit }).waitFor();
  const figures = page.getByRole('region', { name: words.supervisor.figures });
  // Two of one name that no account here knows.
  const operators = words.supervisor.operators.replace(
    '{{list}}',
    `Operator \\([0-9a-f]{8}\\) ${PACKETS}\\b`,
  );
  await figures.getByText(new RegExp(operators)).waitFor();
  await see('needs');
  await needs.getByRole('button', { name: words.needs.go_recovery }).press('Enter');
  expect(await button(words.sheet.open).evaluate((node) => node === document.activeElement)).toBe(true);
  await needs.getByRole('button', { name: words.needs.go_held }).press('Enter');
  await page.getByRole('button', { name: /^Periksa paket/ }).waitFor();
  expect(await page.getByRole('button', { name: /^Periksa paket/ }).count()).toBe(1);
  await page.evaluate(async (id) => window.rekam.outbox.release(id), packetId);
  await page.keyboard.press('F4');
  await sentBack.waitFor();
  await held.waitFor({ state: 'detached' });
});

it('what reconcile found is shown with what to do, and what was sent again is said to be', async () => {
  const { db } = center.running;
  // As after a backup that lacks one packet, and has another under its number.
  const lost = await db
    .selectFrom('packet')
    .selectAll()
    .where('sequence', '=', 2 as never)
    .executeTakeFirstOrThrow();
  await db.deleteFrom('outcome').where('packet_id', '=', lost.packet_id).execute();
  await db.deleteFrom('enrolled').where('packet_id', '=', lost.packet_id).execute();
  const stranger = newPacketId();
  await db
    .updateTable('packet')
    .set({ packet_id: stranger })
    .where('packet_id', '=', lost.packet_id)
    .execute();
  await dayPasses(({ api }) => api.station.set('reconciledOn', '2011-11-13'));
  const { page } = station;
  await page.keyboard.press('F4');
  const card = page.getByRole('region', { name: words.finding.title });
  await card.getByText(words.finding.do_unknown).waitFor();
  await card.getByText(stranger).waitFor();
  await card.getByText(words.finding.do_resent).waitFor();
  await see('findings');
  await button(words.supervisor.sync).press('Enter');
  await card.getByText(words.finding.arrived).waitFor();
  await card
    .getByRole('button', { name: /^Periksa paket/ })
    .first()
    .press('Enter');
  await dialog().getByText(words.doctor.act_resent).first().waitFor();
  expect(await center.hasPacket(lost.packet_id)).toBe(true);
  await see('findings-arrived');
});

it('how the office’s other desk stood is shown once it is heard of, and this one tells of itself', async () => {
  const { page } = station;
  await page.keyboard.press('Escape');
  await dialog().waitFor({ state: 'detached' });
  const card = page.getByRole('region', { name: words.office.title });
  expect(await card.count()).toBe(0);
  const other = await activateStation(center, 'Meja 2');
  const { today } = await station.status();
  const entry = other.entry({
    type: 'state',
    ...{ label: 'Meja 2', version: '0.1.0', recorded: { date: today, count: 1240 } },
    ...{ waiting: 3, oldestMinutes: 125, held: 2, diskFreeBytes: 5e9, residentsLeft: 900 },
    ...{ mirror: 'ok', power: 'battery' },
  });
  await other.call('POST', PATHS.journal, { json: { entries: [entry] } });
  await button(words.supervisor.sync).press('Enter');
  await card
    .getByText('Meja 2: 1.240 warga direkam hari ini · 3 paket menunggu kirim, tertua 2 j 5 mnt · 2 ditahan')
    .waitFor();
  await card.getByText(/^Kabar terakhir \d\d\.\d\d · stasiun /).waitFor();
  await see('office');
  const told = (await other.reference()).map((line) => JSON.stringify(line));
  expect(told.filter((line) => line.includes('"type":"state"') && line.includes('"Meja 1"'))).not.toEqual([]);
});
