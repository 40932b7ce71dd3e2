import { app, BrowserWindow, protocol, session as electronSession } from 'electron';
import { randomBytes } from 'node:crypto';
import { readFile, readFileSync } from 'node:fs';
import { extname, join, normalize, sep } from 'node:path';
import { firstPictureText, type FirstPicture } from '../app/ipc/first-picture.ts';
import type { Log } from './log.ts';
import {
  APP_ORIGIN,
  APP_PAGE,
  APP_SCHEME,
  contentSecurityPolicy,
  restrictPermissions,
} from './security/policy.ts';

const HTML = 'text/html; charset=utf-8';
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': HTML,
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.wasm': 'application/wasm',
  '.bin': 'application/octet-stream',
};

/** Before `ready`: the page's scheme is standard and secure, so that IndexedDB and the camera work without `file://`. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/**
 * Serves the built window, and nothing outside its folder, under app://rekam with a CSP of its own for each load. Not by
 * `protocol.handle`: its answers pass as web streams through main's thread, which at start has better things to do.
 * @param firstPicture null once the station answers for itself
 */
export function serveWindow(rendererDir: string, firstPicture: () => FirstPicture | null): void {
  const root = normalize(rendererDir) + sep;
  protocol.registerBufferProtocol(APP_SCHEME, (request, answer) => {
    const url = new URL(request.url);
    const isOurs = `${url.protocol}//${url.host}` === APP_ORIGIN;
    const file = isOurs ? fileWithin(root, url.pathname) : null;
    const type = file === null ? undefined : MEDIA_TYPES[extname(file)];
    const missing = () => answer({ statusCode: 404, data: Buffer.alloc(0) });
    if (file === null || type === undefined) return missing();
    readFile(file, (error, content) => {
      if (error !== null) return missing();
      const nonce = randomBytes(16).toString('base64');
      answer({
        data: type === HTML ? filled(content, nonce, firstPicture()) : content,
        // A worker obeys the policy of its own script, not that of the page: so every file carries it.
        headers: {
          'content-type': type,
          'content-security-policy': contentSecurityPolicy(nonce),
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        },
      });
    });
  });
}

function filled(page: Buffer, nonce: string, picture: FirstPicture | null): Buffer {
  const text = page.toString('utf8').replaceAll('__CSP_NONCE__', nonce);
  return Buffer.from(text.replace('__FIRST_PICTURE__', firstPictureText(picture)));
}

/** Percent-encoded dots and slashes may not climb out: whatever resolves outside the folder does not exist. */
function fileWithin(root: string, pathname: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (path.includes('\0') || path.includes('\\')) return null;
  const file = normalize(join(root, path === '/' ? 'index.html' : path));
  return file.startsWith(root) ? file : null;
}

const RELOAD_AFTER_MS = 2_000;
/** Characters of a foreign channel's name that the log keeps. */
const LOGGED_CHANNEL = 60;

/** @param options.mayShow nobody sees the window before: a station that cannot start says so beside no empty page */
export function createWindow(options: {
  readonly preload: string;
  readonly mayShow: Promise<unknown>;
  /** Started by the system: the window takes the focus from nobody. */
  readonly quietly: boolean;
  readonly log: Log;
}): BrowserWindow {
  const session = electronSession.defaultSession;
  restrictPermissions(session);
  // The window talks to nothing but app://: whatever else it might ask for is cut off here.
  session.webRequest.onBeforeRequest((details, decide) => {
    const { protocol: scheme } = new URL(details.url);
    decide({ cancel: !['app:', 'data:', 'devtools:'].includes(scheme) });
  });
  const window = new BrowserWindow({
    title: 'Rekam',
    width: 1366,
    height: 768,
    minWidth: 1024,
    // 1366 × 768 with Windows at 125 %, less the taskbar.
    minHeight: 560,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: '#f8f9fa',
    webPreferences: {
      preload: options.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      // Names and NIK must not reach Chromium's disk caches through back/forward snapshots.
      v8CacheOptions: 'none',
    },
  });
  window.removeMenu();
  const { webContents } = window;
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  webContents.on('will-navigate', (navigation) => navigation.preventDefault());
  webContents.on('will-redirect', (navigation) => navigation.preventDefault());
  webContents.on('will-attach-webview', (attach) => attach.preventDefault());
  // The bridge invokes, and never sends: whoever sends has got past it. Nobody listens; it is only noted.
  const unknown = (_event: unknown, channel: string): void =>
    options.log.warn('ipc.unknown', { channel: channel.slice(0, LOGGED_CHANNEL) });
  webContents.on('ipc-message', unknown);
  webContents.on('ipc-message-sync', unknown);
  // A crashed page loses nothing: drafts are on disk, so it is simply loaded again.
  webContents.on('render-process-gone', (_event, details) => {
    options.log.error('window.gone', { reason: details.reason });
    if (details.reason === 'clean-exit') return;
    // A page that crashes as it loads must not be loaded in a loop.
    setTimeout(() => {
      if (!window.isDestroyed()) webContents.reload();
    }, RELOAD_AFTER_MS);
  });
  window.once('ready-to-show', () => {
    void options.mayShow.then(() => {
      if (window.isDestroyed()) return;
      // On macOS the login item carries no switch.
      if (options.quietly || app.getLoginItemSettings().wasOpenedAtLogin) window.showInactive();
      else window.show();
    });
  });
  void window.loadURL(APP_PAGE);
  return window;
}

/** A page that draws nothing must not keep what waits from being sent. */
const DRAWN_AT_THE_LATEST_MS = 2_000;

/**
 * When the window's first picture is there, or nothing will come of it soon. A page that needs no answer for it has the
 * processor to itself until then: a small PC does one thing after the other sooner than both at once.
 */
export function firstDrawn(window: BrowserWindow): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(latest);
      resolve();
    };
    const latest = setTimeout(done, DRAWN_AT_THE_LATEST_MS);
    window.once('ready-to-show', done);
    window.webContents.once('did-fail-load', done);
    window.webContents.once('render-process-gone', done);
  });
}

/** What the page names as its own: scripts and styles. */
const NAMED_FILE = /(?:src|href)="\.\/([^"]+)"/g;

/**
 * When the page has all that it names, or nothing more will come of it. Until then every core of a small PC starts
 * Chromium's processes, and what is begun on this thread holds back the page's files, which pass through it.
 */
export function pageHasItsFiles({ webContents }: BrowserWindow, rendererDir: string): Promise<void> {
  const page = readFileSync(join(rendererDir, 'index.html'), 'utf8');
  const missing = new Set([...page.matchAll(NAMED_FILE)].map(([, name = '']) => `${APP_ORIGIN}/${name}`));
  const { webRequest } = webContents.session;
  return new Promise((resolve) => {
    const done = (): void => {
      webRequest.onCompleted(null);
      webRequest.onErrorOccurred(null);
      resolve();
    };
    const isThere = ({ url }: { readonly url: string }): void => {
      missing.delete(url);
      if (missing.size === 0) done();
    };
    webRequest.onCompleted(isThere);
    webRequest.onErrorOccurred(isThere);
    webContents.once('did-fail-load', done);
    // A page that crashes is loaded again, and the station does not wait for it.
    webContents.once('render-process-gone', done);
  });
}
