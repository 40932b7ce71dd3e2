// What setup needs from the system, on Debian and its kin: looked for first, installed only when missing and
// only as root; anyone else is told the one command. Other systems bring these things with their desktop.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** @typedef {{ what: string, packages: string[] }} Need packages: alternatives, first one that exists is taken */

// Names ending in t64 are those of Debian 13 and Ubuntu 24.04.
/** @type {[library: string, packages: string[]][]} */
const LIBRARIES = [
  ['libgtk-3.so', ['libgtk-3-0t64', 'libgtk-3-0']],
  ['libnss3.so', ['libnss3']],
  ['libasound.so', ['libasound2t64', 'libasound2']],
  ['libgbm.so', ['libgbm1']],
];

/** @param {string} command */
function onPath(command) {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .some((dir) => dir && existsSync(path.join(dir, command)));
}

/**
 * Shared libraries that the executable cannot find.
 * @param {string} executable
 * @returns {Need[]}
 */
function missingLibraries(executable) {
  const result = spawnSync('ldd', [executable], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  const lines = (result.stdout ?? '').split('\n').filter((line) => line.includes('not found'));
  if (lines.length === 0) return [];
  const needs = LIBRARIES.filter(([library]) => lines.some((line) => line.includes(library)));
  // The rest (X, ATK, cairo …) comes as dependencies of GTK.
  const chosen = needs.length > 0 ? needs : LIBRARIES.slice(0, 1);
  return chosen.map(([what, packages]) => ({ what, packages }));
}

/**
 * @param {{ executable?: string, compiler?: boolean, display?: boolean, tracer?: boolean }} wanted
 * @returns {Need[]}
 */
export function missingNeeds({ executable, compiler, display, tracer }) {
  if (process.platform !== 'linux') return [];
  /** @type {Need[]} */
  const needs = executable ? missingLibraries(executable) : [];
  if (compiler && !onPath('g++')) needs.push({ what: 'a C++ compiler', packages: ['g++'] });
  // The fault tests read from it what a power cut could have lost.
  if (tracer && !onPath('strace')) needs.push({ what: 'strace', packages: ['strace'] });
  if (display && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'] && !onPath('Xvfb')) {
    needs.push({ what: 'a virtual display', packages: ['xvfb'] }, { what: 'xauth', packages: ['xauth'] });
  }
  return needs;
}

/**
 * What tests skip without, and say so.
 * @returns {Need[]}
 */
export function missingExtras() {
  if (process.platform !== 'linux' || onPath('age')) return [];
  // Opens what the station seals, and seals what the center opens: a third program that nobody here wrote.
  return [{ what: 'the age command', packages: ['age'] }];
}

/** @param {string[]} args */
function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env }).status === 0;
}

/** @param {string[]} alternatives */
function firstKnown(alternatives) {
  if (alternatives.length === 1) return alternatives[0];
  // `madison` lists real versions only; `show` would also answer for a virtual name.
  return alternatives.find(
    (name) => (spawnSync('apt-cache', ['madison', name], { encoding: 'utf8' }).stdout ?? '').trim() !== '',
  );
}

/**
 * Installs the needs. Throws with the command to run where it may not or cannot.
 * @param {Need[]} needs
 */
export function installNeeds(needs) {
  if (needs.length === 0) return;
  const what = needs.map((need) => need.what).join(', ');
  if (!onPath('apt-get')) {
    throw new Error(
      `Missing on this system: ${what}. Install it with the system's package manager, then try again.`,
    );
  }
  if (process.getuid?.() !== 0) {
    const names = needs.map((need) => firstKnown(need.packages) ?? need.packages[0]).join(' ');
    throw new Error(
      `Missing on this system: ${what}. Run this once, then try again:\n  sudo apt-get update && sudo apt-get install -y ${names}`,
    );
  }
  // Package lists of a fresh image are empty or stale.
  if (!apt(['-qq', 'update'])) console.warn('  apt-get update failed; trying with the lists that are here');
  const names = needs.map((need) => firstKnown(need.packages) ?? need.packages[0] ?? '');
  if (!apt(['-qq', '-y', 'install', '--no-install-recommends', ...names])) {
    throw new Error(`apt-get could not install: ${names.join(' ')}`);
  }
}
