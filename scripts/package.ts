/**
 * npm run package: the app as a folder that starts by itself, with the runtime at hand (release/linux-unpacked or its
 * kin). `npm run package -- --release` makes the installers with the release's fuses, and only from the Electron that
 * package.json names: an installer around the development runtime would put an outdated Chromium on a desk.
 */
import { build, Platform, type Configuration } from 'electron-builder';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { buildApp } from './build.ts';
import { fusesFor, readFuses, type Fuses } from './fuses.ts';
import { electronRuntime, root } from './runtime.mjs';

async function main(): Promise<void> {
  const release = process.argv.includes('--release');
  const runtime = electronRuntime();
  const wanted = wantedElectron();
  console.log(
    `Runtime: Electron ${runtime.version}${runtime.kind === 'fallback' ? ', for development and tests only' : ''}.`,
  );
  if (release && (runtime.kind === 'fallback' || runtime.version !== wanted)) {
    console.error(
      `This is not a release: a release carries Electron ${wanted}, and its download host was not reached.`,
    );
    console.error(
      'Run this where it can be reached: npx install-electron, then npm run package -- --release.',
    );
    process.exitCode = 1;
    return;
  }
  await buildApp();
  const platform = Platform.current();
  const paths = await build({
    targets: release ? platform.createTarget() : platform.createTarget('dir'),
    publish: 'never',
    config: { extends: 'electron-builder.yml', ...flavour(release) },
  });
  const windows = process.platform === 'win32';
  const folder = path.join('release', windows ? 'win-unpacked' : 'linux-unpacked');
  const executable = path.join(root, folder, windows ? 'Rekam.exe' : 'rekam');
  if (!isDeepStrictEqual(await readFuses(executable), fusesOf(release))) {
    throw new Error(`the fuses of ${folder} are not those that were asked for`);
  }
  console.log(
    release
      ? paths.join('\n')
      : `Made: ${folder} (test flavour, Electron ${runtime.version}; not a release).`,
  );
}

function flavour(release: boolean): Configuration {
  const runtime = electronRuntime();
  const base: Configuration = {
    electronDist: path.dirname(runtime.executable),
    electronVersion: runtime.version,
    electronFuses: fusesOf(release),
  };
  if (release) return base;
  if (runtime.nativeBinding === null) return base;
  // The development runtime cannot load the addon's own prebuilt; main looks for this name beside the app.
  return { ...base, extraResources: [{ from: runtime.nativeBinding, to: 'sqlite-binding.node' }] };
}

function fusesOf(release: boolean): Fuses {
  return fusesFor({ release, electronMajor: Number.parseInt(electronRuntime().version, 10) });
}

function wantedElectron(): string {
  const file = path.join(root, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { devDependencies: { electron: string } };
  return manifest.devDependencies.electron;
}

await main();
