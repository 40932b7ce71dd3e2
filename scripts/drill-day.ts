import path from 'node:path';
import { DEMO_ACCOUNTS } from '../center/demo/losari.ts';
import { startCenterProcess, type CenterProcess } from './center-process.ts';
import {
  approve,
  currentStep,
  openResident,
  save,
  takeIndexFingers,
  workToTheEnd,
  workUntil,
} from './desk-work.ts';
import type { Confirmed } from './drill-audit.ts';
import { startSbiSimulator, type SbiSimulator } from './sbi/simulator.ts';
import { OPEN, startTcpLink, type TcpLink } from './tcp-link.ts';
import { StationWindow } from './station-window.ts';

/** What the desk said and what was done to it. */
export interface DrillStory {
  readonly confirmed: readonly Confirmed[];
  readonly turnedAway: number;
  readonly draftsResumed: number;
  readonly kills: number;
  readonly centerCrashes: number;
}

/** Fast enough to see a packet on its way, slow enough to crash the center in the middle of it. */
const RETURNING_LINK = { bitsPerSecond: 1_200_000, roundTripMs: 0, bufferBytes: 32 * 1024 };

/** The day, hour by hour. Owner of the processes that it starts and kills. */
export class DrillDay {
  readonly station: { readonly dataDir: string; readonly keyDir: string };
  readonly center: { readonly dataDir: string; readonly database: string | null };
  readonly #residents: number;
  readonly #confirmed: Confirmed[] = [];
  #turnedAway = 0;
  #draftsResumed = 0;
  #kills = 0;
  #centerCrashes = 0;
  #running: CenterProcess | null = null;
  #scanner: SbiSimulator | null = null;
  #link: TcpLink | null = null;
  #window: StationWindow | null = null;

  constructor(options: {
    readonly home: string;
    readonly database: string | null;
    readonly residents: number;
  }) {
    this.station = {
      dataDir: path.join(options.home, 'station'),
      keyDir: path.join(options.home, 'station-keys'),
    };
    this.center = { dataDir: path.join(options.home, 'center'), database: options.database };
    this.#residents = options.residents;
  }

  async run(): Promise<DrillStory> {
    try {
      await this.#morning();
      await this.#outage();
      await this.#return();
      await this.#window?.close();
      this.#window = null;
    } finally {
      await this.#window?.kill();
      await this.#running?.stop();
      await this.#link?.close();
      await this.#scanner?.close();
    }
    return {
      confirmed: this.#confirmed,
      turnedAway: this.#turnedAway,
      draftsResumed: this.#draftsResumed,
      kills: this.#kills,
      centerCrashes: this.#centerCrashes,
    };
  }

  /** The center is there; the first residents are recorded and received. */
  async #morning(): Promise<void> {
    say('Morning', 'center and station start, the register of Losari is loaded');
    this.#scanner = await startSbiSimulator();
    const center = await this.#startCenter(0);
    this.#running = center;
    const port = Number(new URL(center.url).port);
    this.#link = await startTcpLink(port, OPEN);
    this.#window = await this.#launch();
    if (center.activationCode === null) throw new Error('the center gave no activation code');
    await this.#window.activate(center.activationCode);
    await this.#window.untilResidents(48_000);
    await this.#login();
    await this.#recordUntil(Math.floor(this.#residents * 0.1));
    await this.#window.until((status) => status.outbox.waiting === 0);
  }

  /** 12:00: the center is gone and stays away; the power fails three times. */
  async #outage(): Promise<void> {
    say('12.00', 'the data center in Jakarta fails; residents keep coming');
    await this.#running?.kill();
    this.#running = null;
    await this.#recordUntil(Math.floor(this.#residents * 0.3));
    await this.#powerCutInMidCapture();
    await this.#recordUntil(Math.floor(this.#residents * 0.5));
    await this.#powerCutRightAfterRecord();
    await this.#recordUntil(Math.floor(this.#residents * 0.7));
    await this.#powerCutWhileSaving();
    await this.#recordUntil(Math.floor(this.#residents * 0.9));
  }

  /** The center returns on a thin line, crashes in the middle of an upload, and returns for good. */
  async #return(): Promise<void> {
    const link = this.#must(this.#link);
    say('10.30', 'the center returns, over a thin line');
    link.change(RETURNING_LINK);
    const before = (await this.#desk.status()).outbox.received;
    this.#running = await this.#startCenter(link.target);
    await this.#desk.until((status) => status.outbox.received > before, 180_000);
    // One receipt more, then a good part of the next packet: the crash is in the middle of an upload.
    const sent = link.toTarget();
    while (link.toTarget() < sent + 75_000) await new Promise((resolve) => setTimeout(resolve, 20));
    await this.#running.kill();
    this.#centerCrashes += 1;
    say('10.31', 'the center crashes in the middle of an upload, and is started again');
    link.change(OPEN);
    this.#running = await this.#startCenter(link.target);
    await this.#recordUntil(this.#residents);
    const status = await this.#desk.until((now) => now.outbox.waiting === 0, 600_000);
    say('Evening', `${status.outbox.received} received, ${status.outbox.held} held, nothing waits`);
  }

  async #powerCutInMidCapture(): Promise<void> {
    const nik = await this.#nextResident();
    await openResident(this.#desk.page, nik);
    await workUntil(this.#desk.page, 'left4');
    await this.#powerCut('in the middle of a capture');
    await this.#desk.page
      .getByRole('button', { name: new RegExp(await this.#nameOfDraft()) })
      .first()
      .click();
    const step = await currentStep(this.#desk.page);
    if (step !== 'left4') throw new Error(`the draft came back at ${step}, not at left4`);
    this.#draftsResumed += 1;
    this.#confirm(nik, (await workToTheEnd(this.#desk.page)).sequence);
  }

  async #powerCutRightAfterRecord(): Promise<void> {
    const nik = await this.#nextResident();
    await openResident(this.#desk.page, nik);
    this.#confirm(nik, (await workToTheEnd(this.#desk.page)).sequence);
    await this.#powerCut('right after a record');
  }

  /** Saved or not, nobody was told: afterwards it is either whole or still a draft. */
  async #powerCutWhileSaving(): Promise<void> {
    const nik = await this.#nextResident();
    const { page } = this.#desk;
    await openResident(page, nik);
    await workUntil(page, 'review');
    await approve(page);
    await takeIndexFingers(page);
    const before = (await this.#desk.outbox()).length;
    await page.getByRole('button', { name: 'Simpan', exact: true }).click();
    await this.#powerCut('while saving');
    if ((await this.#desk.outbox()).length > before) {
      this.#confirm(nik, null);
      return;
    }
    await this.#desk.page
      .getByRole('button', { name: new RegExp(await this.#nameOfDraft()) })
      .first()
      .click();
    this.#draftsResumed += 1;
    await workUntil(this.#desk.page, 'review');
    const approveButton = this.#desk.page.getByRole('button', { name: 'Warga setuju' });
    if (await approveButton.isVisible()) await approveButton.click();
    this.#confirm(nik, (await save(this.#desk.page)).sequence);
  }

  async #powerCut(when: string): Promise<void> {
    await this.#desk.kill();
    this.#kills += 1;
    say('Power', `cut ${when}; the station starts again`);
    this.#window = await this.#launch();
    await this.#login();
  }

  async #recordUntil(count: number): Promise<void> {
    while (this.#confirmed.length < count) {
      const nik = await this.#nextResident();
      try {
        await openResident(this.#desk.page, nik);
        this.#confirm(nik, (await workToTheEnd(this.#desk.page)).sequence);
      } catch (error) {
        this.#turnedAway += 1;
        console.log(`  turned away: ${String(error)}`);
        await this.#desk.shot(path.join('out', `turned-away-${this.#turnedAway}.png`));
        if (this.#turnedAway > 3) throw error;
        await this.#desk.page.keyboard.press('Escape');
      }
    }
  }

  #confirm(nik: string, sequence: number | null): void {
    this.#confirmed.push({ nik, sequence });
    if (this.#confirmed.length % 10 === 0) console.log(`  ${this.#confirmed.length} residents confirmed`);
  }

  /** The next of today's summons who has neither ticket nor recording. */
  async #nextResident(): Promise<string> {
    const nik = await this.#desk.page.evaluate(async () => {
      const today = await window.rekam.desk.today();
      if (!today.ok) throw new Error(today.error.code);
      return today.value.summons.find((summoned) => !summoned.recorded)?.nik;
    });
    if (nik === undefined) throw new Error('nobody is summoned any more');
    return nik;
  }

  async #nameOfDraft(): Promise<string> {
    return this.#desk.page.evaluate(async () => {
      const drafts = await window.rekam.drafts.list();
      if (!drafts.ok || drafts.value[0] === undefined) throw new Error('the draft is gone');
      return drafts.value[0].nama;
    });
  }

  async #launch(): Promise<StationWindow> {
    const link = this.#must(this.#link);
    return StationWindow.launch({
      ...this.station,
      centerUrl: `https://localhost:${link.port}`,
      devicePort: this.#must(this.#scanner).port,
    });
  }

  async #startCenter(port: number): Promise<CenterProcess> {
    return startCenterProcess({ ...this.center, port, deviceAnchors: [this.#must(this.#scanner).anchor] });
  }

  async #login(): Promise<void> {
    const operator = this.#must(DEMO_ACCOUNTS.find((account) => account.role === 'operator') ?? null);
    await this.#desk.login(operator.username, operator.password);
  }

  get #desk(): StationWindow {
    return this.#must(this.#window);
  }

  #must<T>(value: T | null): T {
    if (value === null) throw new Error('the drill lost its place');
    return value;
  }
}

function say(when: string, what: string): void {
  console.log(`${when.padEnd(8)} ${what}`);
}
