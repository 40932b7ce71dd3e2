import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StationWindow } from '../../scripts/station-window.ts';
import type { WithPreferences } from '../helpers/preferences.ts';
import { stationHome } from '../helpers/station-home.ts';

/**
 * Electron's security checklist against the real window; docs/threat-model.md names the items as they are named here.
 * Each refusal is tried, not only its setting read.
 */
let station: StationWindow;
let outside: Server;
let address: string;
const reached: string[] = [];

beforeAll(async () => {
  outside = createServer((request, answer) => {
    reached.push(request.url ?? '');
    answer.setHeader('access-control-allow-origin', '*').end('outside');
  });
  await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;
  station = await stationHome('http://127.0.0.1:9').launch();
  await station.page.getByRole('textbox', { name: 'Kode aktivasi' }).waitFor();
});

afterAll(async () => {
  await station.close();
  outside.close();
});

const preferences = () =>
  station.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const contents = window?.webContents as unknown as WithPreferences | undefined;
    return contents?.getLastWebPreferences() ?? null;
  });

/** How the page's own `fetch` of an address ends. */
const fetched = (url: string) =>
  station.page.evaluate(async (target) => {
    try {
      return (await fetch(target)).status;
    } catch {
      return 'refused';
    }
  }, url);

const switches = (names: readonly string[]) =>
  station.app.evaluate(({ app }, asked) => asked.filter((name) => app.commandLine.hasSwitch(name)), names);

it('Electron 1: the window reaches nothing but its own pages, even where its policy is switched off', async () => {
  expect(await station.page.evaluate(() => location.href)).toBe('app://rekam/index.html');
  expect(await fetched(`${address}/with-policy`)).toBe('refused');
  // The network filter alone: a hole in the policy must not be a way out.
  const devtools = await station.page.context().newCDPSession(station.page);
  await devtools.send('Page.enable');
  await devtools.send('Page.setBypassCSP', { enabled: true });
  await station.page.reload();
  expect(await fetched(`${address}/without-policy`)).toBe('refused');
  const socket = await station.page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        const opening = new WebSocket(url);
        opening.addEventListener('error', () => resolve('refused'));
        opening.addEventListener('open', () => resolve('open'));
      }),
    `${address.replace('http', 'ws')}/socket`,
  );
  expect(socket).toBe('refused');
  await devtools.send('Page.setBypassCSP', { enabled: false });
  await devtools.detach();
  await station.page.reload();
  expect(reached).toEqual([]);
  // The same address answers whoever is not the window.
  expect((await fetch(`${address}/control`)).status).toBe(200);
  expect(reached).toEqual(['/control']);
});

it('Electron 2: the page has nothing of Node', async () => {
  const kinds = await station.page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer', 'global', '__dirname'].map(
      (name) => typeof (globalThis as Record<string, unknown>)[name],
    ),
  );
  expect(new Set(kinds)).toEqual(new Set(['undefined']));
  const set = await preferences();
  expect(set?.nodeIntegration).toBe(false);
  expect(set?.nodeIntegrationInWorker ?? false).toBe(false);
  expect(set?.nodeIntegrationInSubFrames ?? false).toBe(false);
});

it('Electron 3: what the page does to its own objects does not reach the bridge', async () => {
  expect((await preferences())?.contextIsolation).toBe(true);
  const outcome = await station.page.evaluate(async () => {
    const seen: unknown[] = [];
    // In one world with the preload this would see whatever the bridge awaits.
    Array.prototype.map = function spied(...args: never[]) {
      seen.push(args);
      return [] as never;
    };
    Object.defineProperty(Object.prototype, 'channel', { value: 'sync.now', configurable: true });
    const answer = await window.rekam.station.info();
    delete (Object.prototype as { channel?: unknown }).channel;
    let replaced = true;
    try {
      (window as { rekam: unknown }).rekam = {};
    } catch {
      replaced = false;
    }
    return {
      ok: answer.ok,
      seen: seen.length,
      replaced: replaced && Object.keys(window.rekam).length === 0,
    };
  });
  expect(outcome).toEqual({ ok: true, seen: 0, replaced: false });
  await station.page.reload();
});

it('Electron 5: the camera is granted to our page; microphone, place and all else are not', async () => {
  const asked = await station.page.evaluate(async () => {
    const media = (what: MediaStreamConstraints) =>
      navigator.mediaDevices.getUserMedia(what).then(
        (stream) => {
          for (const track of stream.getTracks()) track.stop();
          return 'granted';
        },
        (error: DOMException) => error.name,
      );
    const place = new Promise<string>((resolve) => {
      navigator.geolocation.getCurrentPosition(
        () => resolve('granted'),
        ({ code, PERMISSION_DENIED }) => resolve(code === PERMISSION_DENIED ? 'denied' : `error ${code}`),
      );
    });
    return {
      video: await media({ video: true }),
      audio: await media({ audio: true }),
      both: await media({ video: true, audio: true }),
      place: await place,
      notices: await Notification.requestPermission(),
      clipboard: await navigator.clipboard.readText().then(
        () => 'granted',
        (error: DOMException) => error.name,
      ),
      midi: await navigator.requestMIDIAccess({ sysex: true }).then(
        () => 'granted',
        () => 'denied',
      ),
    };
  });
  expect(asked).toEqual({
    video: 'granted',
    audio: 'NotAllowedError',
    both: 'NotAllowedError',
    place: 'denied',
    notices: 'denied',
    clipboard: 'NotAllowedError',
    midi: 'denied',
  });
});

it('Electron 6: another origin of the same scheme is foreign', async () => {
  expect((await preferences())?.webSecurity).toBe(true);
  expect(await switches(['disable-web-security', 'disable-site-isolation-trials'])).toEqual([]);
  expect(await fetched('app://elsewhere/index.html')).toBe('refused');
});

it('Electron 7: every answer carries the policy, with a nonce of its own, and it holds', async () => {
  const { page } = station;
  const headers = await page.evaluate(async () => {
    const paths = ['index.html', 'index.html', document.querySelector('script')?.getAttribute('src') ?? ''];
    const answers = await Promise.all(paths.map((path) => fetch(path, { cache: 'no-store' })));
    return answers.map((answer) => answer.headers.get('content-security-policy') ?? '');
  });
  for (const policy of headers) {
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self' 'wasm-unsafe-eval';/);
    expect(policy).not.toMatch(/unsafe-inline|'unsafe-eval'|https?:|\*/);
  }
  expect(new Set(headers).size).toBe(headers.length);
  const ran = await page.evaluate(() => {
    const marks = window as unknown as Record<string, unknown>;
    const inline = document.createElement('script');
    inline.textContent = 'window.inlineRan = true';
    document.body.append(inline);
    const image = document.createElement('button');
    image.setAttribute('onclick', 'window.handlerRan = true');
    document.body.append(image);
    image.click();
    const style = document.createElement('style');
    style.textContent = 'body { outline: 7px solid red }';
    document.head.append(style);
    const outline = getComputedStyle(document.body).outlineWidth;
    for (const node of [inline, image, style]) node.remove();
    // The debugger lifts the policy for what it evaluates itself: so in a task of the page's own.
    return new Promise<unknown[]>((resolve) => {
      setTimeout(() => {
        let evaluated = 'ran';
        try {
          // oxlint-disable-next-line no-eval -- what the policy must refuse
          globalThis.eval('1');
        } catch (error) {
          evaluated = (error as Error).name;
        }
        resolve([marks['inlineRan'], marks['handlerRan'], evaluated, outline]);
      });
    });
  });
  expect(ran.slice(0, 3)).toEqual([undefined, undefined, 'EvalError']);
  expect(ran[3]).not.toBe('7px');
});

it('Electron 8: no insecure content', async () => {
  expect((await preferences())?.allowRunningInsecureContent ?? false).toBe(false);
  expect(await switches(['allow-running-insecure-content', 'ignore-certificate-errors'])).toEqual([]);
});

it('Electron 9: no experimental features', async () => {
  expect((await preferences())?.experimentalFeatures ?? false).toBe(false);
  expect(await switches(['enable-experimental-web-platform-features'])).toEqual([]);
});

it('Electron 10: no blink features', async () => {
  expect((await preferences())?.enableBlinkFeatures ?? '').toBe('');
  expect(await switches(['enable-blink-features'])).toEqual([]);
});

it.each([
  ['Electron 11: a webview that allows popups', ' allowpopups'],
  ['Electron 12: a webview that wants Node', ' nodeintegration webpreferences="contextIsolation=no"'],
])('%s does not attach', async (_name, attributes) => {
  expect((await preferences())?.webviewTag ?? false).toBe(false);
  const kind = await station.page.evaluate((extra) => {
    const box = document.createElement('div');
    box.innerHTML = `<webview src="app://rekam/index.html"${extra}></webview>`;
    document.body.append(box);
    const tag = box.firstElementChild as (Element & { getWebContentsId?: unknown }) | null;
    const found = `${tag?.shadowRoot === null} ${typeof tag?.getWebContentsId}`;
    box.remove();
    return found;
  }, attributes);
  expect(kind).toBe('true undefined');
  expect(await station.app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
  const prevented = await station.app.evaluate(({ BrowserWindow }) => {
    let stopped = false;
    BrowserWindow.getAllWindows()[0]?.webContents.emit('will-attach-webview', {
      preventDefault: () => {
        stopped = true;
      },
    });
    return stopped;
  });
  expect(prevented).toBe(true);
});

it.each(['https://rekam.example/', 'app://rekam/other.html', 'app://elsewhere/index.html'])(
  'Electron 13: the page cannot be led to %s',
  async (target) => {
    const { app, page } = station;
    const prevented = app.evaluate(
      ({ BrowserWindow }) =>
        new Promise<boolean>((resolve) => {
          // Asked for after our own listener, so it sees what that decided.
          BrowserWindow.getAllWindows()[0]?.webContents.once('will-navigate', (event) =>
            resolve(event.defaultPrevented),
          );
        }),
    );
    await page.evaluate((url) => {
      const link = document.createElement('a');
      link.href = url;
      document.body.append(link);
      link.click();
      link.remove();
    }, target);
    expect(await prevented).toBe(true);
    expect(await page.evaluate(() => location.href)).toBe('app://rekam/index.html');
    expect(page.url()).toBe('app://rekam/index.html');
  },
);

it('Electron 13: nor redirected', async () => {
  const prevented = await station.app.evaluate(({ BrowserWindow }) => {
    let stopped = false;
    BrowserWindow.getAllWindows()[0]?.webContents.emit('will-redirect', {
      preventDefault: () => {
        stopped = true;
      },
    });
    return stopped;
  });
  expect(prevented).toBe(true);
});

it('Electron 14: no second window opens', async () => {
  const opened = await station.page.evaluate(() => {
    const link = document.createElement('a');
    link.href = 'app://rekam/index.html';
    link.target = '_blank';
    document.body.append(link);
    link.click();
    link.remove();
    return [
      window.open('app://rekam/index.html'),
      window.open('about:blank'),
      window.open('https://rekam.example/'),
    ];
  });
  expect(opened).toEqual([null, null, null]);
  expect(await station.app.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
});

it('Electron 18: nothing outside the window’s folder is served, by file: or by climbing', async () => {
  expect(await fetched('file:///etc/hostname')).toBe('refused');
  const climbing = ['%2e%2e/main/index.cjs', '%2e%2e%2fmain%2findex.cjs', '..%5cmain%5cindex.cjs', '%'];
  for (const path of climbing) expect([path, await fetched(`app://rekam/${path}`)]).toEqual([path, 404]);
  expect(await fetched('app://rekam/index.html')).toBe(200);
});
