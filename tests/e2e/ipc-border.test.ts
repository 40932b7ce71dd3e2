import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_WORDS } from '../../app/error-words.ts';
import { CHANNELS, EVENT_NAMES } from '../../app/ipc/channels.ts';
import { CONTRACT, type Audience } from '../../app/ipc/contract.ts';
import { root } from '../../scripts/runtime.mjs';
import type { StationWindow } from '../../scripts/station-window.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { demoAccount, stationHome, type StationHome } from '../helpers/station-home.ts';

/** The border between window and main, by every channel of the contract: who may not pass, and what may not. */
let center: TestCenter;
let home: StationHome;
let station: StationWindow;

beforeAll(async () => {
  center = await startTestCenter();
  home = stationHome(center.url);
  station = await home.launch();
  await station.activate(await center.activationCode());
  await station.untilResidents(200);
});

afterAll(async () => {
  await station.close();
  await center.close();
});

type Raw = Record<
  string,
  Record<string, (request?: unknown) => Promise<{ ok: boolean; error?: { code: string } }>>
>;

const of = (...audiences: Audience[]) =>
  CHANNELS.filter((channel) => audiences.includes(CONTRACT[channel].audience));

/** What each channel answers to this request. */
const answers = (channels: readonly string[], request: unknown) =>
  station.page.evaluate(
    async ({ names, sent }) => {
      const bridge = window.rekam as unknown as Raw;
      const found: Record<string, string> = {};
      for (const channel of names) {
        const [group = '', name = ''] = channel.split('.');
        const answer = await bridge[group]?.[name]?.(sent);
        found[channel] = answer?.ok === true ? 'ok' : (answer?.error?.code ?? 'nothing');
      }
      return found;
    },
    { names: channels, sent: request },
  );

const all = (channels: readonly string[], code: string) =>
  Object.fromEntries(channels.map((channel) => [channel, code]));

interface Line {
  readonly event: string;
  readonly channel?: string;
  readonly code?: string;
  readonly reason?: string;
}

/** What the log says since it was last asked. */
let readTo = 0;
function logged(): Line[] {
  const lines = readFileSync(path.join(home.dataDir, 'logs', 'rekam.log'), 'utf8')
    .trim()
    .split('\n');
  const fresh = lines.slice(readTo).map((line) => JSON.parse(line) as Line);
  readTo = lines.length;
  return fresh;
}

async function login(role: 'operator' | 'supervisor'): Promise<void> {
  const { username, password } = demoAccount(role);
  await station.login(username, password);
}

it('Electron 20: the window’s powers are the channels of the contract, wrapped, and nothing else', async () => {
  const shape = await station.page.evaluate(() =>
    Object.entries(window.rekam).flatMap(([group, functions]) =>
      Object.entries(functions as Record<string, unknown>).map(
        ([name, value]) => `${group}.${name} ${typeof value}`,
      ),
    ),
  );
  expect(shape.toSorted()).toEqual([...CHANNELS, 'events.on'].map((name) => `${name} function`).toSorted());
  const leaks = await station.page.evaluate(() => {
    const unknown = (() => {
      try {
        window.rekam.events.on('sync.now' as never, () => undefined);
        return 'listens';
      } catch (error) {
        return (error as Error).message;
      }
    })();
    // A listener gets what was sent, never the event that carries the sender.
    const globals = Object.keys(window).filter((name) => /ipc|electron/i.test(name));
    return { unknown, globals };
  });
  expect(leaks.unknown).toContain('unknown event');
  expect(leaks.globals).toEqual([]);
  expect(EVENT_NAMES.filter((name) => (CHANNELS as readonly string[]).includes(name))).toEqual([]);
});

describe('Electron 17: the border', () => {
  it('lets nobody who is not logged in past what is for anyone, and logs it', async () => {
    const closed = of('person', 'operator', 'supervisor');
    logged();
    expect(await answers(closed, undefined)).toEqual(all(closed, 'login.required'));
    const refused = logged().filter(
      ({ event, code }) => event === 'ipc.refused' && code === 'login.required',
    );
    expect(new Set(refused.map(({ channel }) => channel))).toEqual(new Set(closed));
  });

  it('refuses an operator every channel of the supervisor, and logs it', async () => {
    await login('operator');
    const closed = of('supervisor');
    logged();
    expect(await answers(closed, undefined)).toEqual(all(closed, 'role.forbidden'));
    const refused = logged().filter(
      ({ event, code }) => event === 'ipc.refused' && code === 'role.forbidden',
    );
    expect(refused.map(({ channel }) => channel)).toEqual(closed);
    await station.logout();
  });

  it.each([
    ['an object of another kind', { junk: true, __proto__: { role: 'supervisor' } }],
    ['a number', 7],
    ['a list', [['station.info'], 'sync.now']],
    ['a megabyte of text', 'x'.repeat(1024 * 1024)],
  ])('refuses %s on every channel, and logs it', async (_name, junk) => {
    if ((await sessionRole()) === null) await login('supervisor');
    logged();
    expect(await answers(CHANNELS, junk)).toEqual(all(CHANNELS, 'request.invalid'));
    const refused = logged().filter(
      ({ event, code }) => event === 'ipc.refused' && code === 'request.invalid',
    );
    expect(refused.map(({ channel }) => channel)).toEqual([...CHANNELS]);
    expect(JSON.stringify(refused)).not.toContain('xxxxxxxx');
  });

  it('refuses bytes above a part’s limit', async () => {
    const codes = await station.page.evaluate(async () => {
      const bytes = new Uint8Array(4 * 1024 * 1024 + 1);
      const capture = { part: { name: 'photo' }, bytes, preview: null };
      const answer = await window.rekam.drafts.commit({ draft: {}, captures: [capture] } as never);
      return answer.ok ? 'ok' : answer.error.code;
    });
    expect(codes).toBe('request.invalid');
  });

  it('tells a second window of the same page nothing, and logs it', async () => {
    logged();
    const said = await station.app.evaluate(
      async ({ BrowserWindow }, preload) => {
        // As a frame that somebody smuggled in would: the same page, preload and session, but not the one window.
        const foreign = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
        await foreign.loadURL('app://rekam/index.html');
        const answer: unknown = await foreign.webContents.executeJavaScript(
          'Promise.all([window.rekam.station.info(), window.rekam.session.current(), window.rekam.outbox.list({})])',
        );
        foreign.destroy();
        return answer;
      },
      path.join(root, 'dist', 'preload', 'preload.cjs'),
    );
    expect(said).toEqual(
      [0, 1, 2].map(() => ({ ok: false, error: expect.objectContaining({ code: 'internal' }) })),
    );
    const foreign = logged().filter(({ reason }) => reason?.includes('ForeignFrame'));
    const refused = new Set(foreign.map(({ channel }) => channel));
    // What the page tells when the system has told it of the battery, and when it is drawn, may be after this.
    for (const late of ['station.battery', 'station.shown']) refused.delete(late);
    expect(refused).toEqual(new Set(['station.info', 'station.status', 'session.current', 'outbox.list']));
  });

  it('hears nothing on a channel that the contract does not have, and logs what is sent there', async () => {
    logged();
    const said = await station.app.evaluate(({ BrowserWindow, ipcMain }) => {
      const [ours] = BrowserWindow.getAllWindows();
      // Electron's own, which swallows errors.
      const listening = ipcMain.eventNames().filter((name) => name !== 'error');
      ours?.webContents.emit('ipc-message', {}, 'store.query', 'DELETE FROM packet');
      ours?.webContents.emit('ipc-message-sync', {}, 'x'.repeat(500));
      return listening;
    });
    expect(said).toEqual([]);
    expect(logged()).toMatchObject([
      { event: 'ipc.unknown', channel: 'store.query' },
      { event: 'ipc.unknown', channel: 'x'.repeat(60) },
    ]);
  });
});

it('what fails in main where nobody waits for it is told in words and logged without its data', async () => {
  logged();
  const told = await station.app.evaluate(
    ({ dialog }) =>
      new Promise<{ message: string; detail?: string }>((resolve) => {
        dialog.showMessageBox = ((options: { message: string; detail?: string }) => {
          resolve(options);
          return Promise.resolve({ response: 0, checkboxChecked: false });
        }) as unknown as typeof dialog.showMessageBox;
        setTimeout(() => {
          throw new Error('NUR HIDAYAH 3209031708450001');
        });
      }),
  );
  expect(told.message).toBe(ERROR_WORDS.internal.id);
  expect(told.detail).toBe(`${ERROR_WORDS.internal.en}\n\ninternal`);
  const [line] = logged();
  expect(line).toMatchObject({ event: 'uncaught', level: 'error' });
  expect(line?.reason).toMatch(/^Error\b/);
  expect(JSON.stringify(line)).not.toMatch(/NUR|3209/);
  // The station goes on.
  expect(await answers(['station.status'], undefined)).toEqual({ 'station.status': 'ok' });
});

async function sessionRole(): Promise<string | null> {
  return station.page.evaluate(async () => {
    const answer = await window.rekam.session.current();
    return answer.ok ? (answer.value?.role ?? null) : null;
  });
}
