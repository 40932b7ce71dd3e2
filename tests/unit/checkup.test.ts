import { describe, expect, test } from 'vitest';
import { CHECKS, FINDING_CODES, FINDINGS, verdictOf, worst } from '../../app/checkup/finding.ts';
import { judge, type Facts } from '../../app/checkup/judge.ts';
import { FINDING_WORDS, findingWords } from '../../app/checkup/words.ts';
import { excerptLine } from '../../main/checkup/excerpt.ts';

const WELL: Facts = {
  keys: { kept: 'keystore' },
  database: { sound: true, seconds: 3 },
  audit: { entries: 1_200, brokenAt: null, mismatched: [] },
  disk: { residentsLeft: 1_240 },
  mirror: { state: 'ok', sameDisk: false, behind: 0 },
  cameras: 1,
  clockOffsetMs: 900,
  devices: { ready: 2, notReady: 0 },
  link: { activated: true, state: 'online', cause: null, waiting: 37 },
  versions: { rekam: '1.0.0', runtime: '45.4.1', isRelease: true },
};
const link = (change: Partial<Facts['link']>): Partial<Facts> => ({ link: { ...WELL.link, ...change } });

/** Every finding, and what brings it about. */
const CASES: [string, Partial<Facts>][] = [
  ['keys.keystore', {}],
  ['keys.file', { keys: { kept: 'file' } }],
  ['keys.wrapped', { keys: { problem: 'wrapped' } }],
  ['keys.missing', { keys: { problem: 'missing' } }],
  ['keys.unreadable', { keys: { problem: 'unreadable' } }],
  ['database.sound', {}],
  ['database.damaged', { database: { sound: false, seconds: 1 } }],
  ['database.none', { database: { problem: 'none' } }],
  ['database.unopened', { database: { problem: 'unopened' } }],
  ['database.wrongKey', { database: { problem: 'wrongKey' } }],
  ['database.newer', { database: { problem: 'newer' } }],
  ['audit.whole', {}],
  ['audit.unread', { audit: null }],
  ['audit.broken', { audit: { entries: 9, brokenAt: 7, mismatched: [] } }],
  ['audit.unanchored', { audit: { entries: 9, brokenAt: null, mismatched: [3, 4] } }],
  ['disk.enough', { disk: { residentsLeft: 500 } }],
  ['disk.low', { disk: { residentsLeft: 499 } }],
  ['disk.low', { disk: { residentsLeft: 20 } }],
  ['disk.stops', { disk: { residentsLeft: 19 } }],
  ['disk.unread', { disk: null }],
  ['mirror.safe', {}],
  ['mirror.behind', { mirror: { state: 'behind', sameDisk: false, behind: 3 } }],
  ['mirror.looking', { mirror: { state: 'looking', sameDisk: false, behind: 0 } }],
  ['mirror.none', { mirror: { state: 'none', sameDisk: false, behind: 3 } }],
  ['mirror.same', { mirror: { state: 'ok', sameDisk: true, behind: 0 } }],
  ['mirror.trouble', { mirror: { state: 'lost', sameDisk: true, behind: 3 } }],
  ['mirror.unread', { mirror: null }],
  ['camera.there', {}],
  ['camera.none', { cameras: 0 }],
  ['camera.unseen', { cameras: null }],
  ['clock.right', { clockOffsetMs: -119_000 }],
  ['clock.off', { clockOffsetMs: -120_000 }],
  ['clock.off', { clockOffsetMs: 365 * 86_400_000 }],
  ['clock.unknown', { clockOffsetMs: null }],
  ['devices.ready', {}],
  ['devices.none', { devices: { ready: 0, notReady: 0 } }],
  ['devices.notReady', { devices: { ready: 1, notReady: 1 } }],
  ['link.online', {}],
  ['link.online', link({ state: 'slow' })],
  ['link.offline', link({ state: 'offline', cause: 'timeout' })],
  ['link.unknown', link({ state: 'unknown' })],
  ['link.inactive', link({ activated: false })],
  ['link.refused', link({ state: 'offline', cause: 'notAllowed' })],
  ['versions.release', {}],
  ['versions.development', { versions: { ...WELL.versions, isRelease: false } }],
];

describe('a checkup', () => {
  test('has one finding a check, in their order, and all is well where all is', () => {
    const findings = judge(WELL);
    expect(findings.map(({ check }) => check)).toEqual(CHECKS);
    expect(worst(findings)).toBe('ok');
  });

  test.each(CASES)('comes to %s', (code, change) => {
    const [name] = code.split('.');
    const finding = judge({ ...WELL, ...change }).find(({ check }) => check === name);
    expect(finding?.code).toBe(code);
    // A sentence with a hole in it would say nothing.
    for (const language of ['id', 'en'] as const) {
      const { says, act } = findingWords(finding ?? { code: 'keys.file', params: {} }, language);
      expect(`${says} ${act}`).not.toMatch(/\{\{|…/);
    }
  });

  test('has a case for every finding', () => {
    expect(new Set(CASES.map(([code]) => code))).toEqual(new Set(FINDING_CODES));
  });

  test('says what to do wherever something is to be done, and only there', () => {
    for (const code of FINDING_CODES) {
      const { id, en } = FINDING_WORDS[code];
      expect([code, id.act === null, en.act === null]).toEqual([
        code,
        FINDINGS[code] === 'ok',
        FINDINGS[code] === 'ok',
      ]);
      expect(id.says).not.toBe(id.act);
    }
  });

  test('is as bad as its worst finding', () => {
    expect(verdictOf({ code: 'disk.low' })).toBe('look');
    expect(worst(judge({ ...WELL, clockOffsetMs: null }))).toBe('look');
    expect(worst(judge({ ...WELL, audit: { entries: 9, brokenAt: 7, mismatched: [] } }))).toBe('broken');
  });
});

describe('what of a log line may leave', () => {
  const at = '2011-11-14T05:00:00.000Z';
  const line = (fields: object) =>
    excerptLine(JSON.stringify({ at, level: 'warn', event: 'sync.packet', ...fields }));

  test('ids, counts and codes', () => {
    const fields = {
      packetId: '018f2a3b-1111-7222-8333-444455556666',
      verdict: 'again',
      problem: 'tooLarge',
      count: 37,
    };
    expect(JSON.parse(line(fields) ?? '')).toEqual({ at, level: 'warn', event: 'sync.packet', ...fields });
    expect(line({ version: '0.1.0', electron: '25.1.1' })).toContain('25.1.1');
  });

  test.each([
    [{ reason: "Error: ENOENT: no such file, open '/home/siti/SUPARMAN.pdf'" }, '"reason":"Error ENOENT"'],
    [{ reason: 'SqliteError: SQLITE_BUSY: SUPARMAN' }, '"reason":"SqliteError SQLITE_BUSY"'],
    [{ reason: 'EKO PRASETYO' }, '"reason":"something"'],
    [{ problem: 'SUPARMAN' }, '"problem":"withheld"'],
    [{ name: 'Siti Aminah' }, '"name":"withheld"'],
    [{ nama: 'suparman', SUPARMAN: 1 }, '"sync.packet"}'],
    [{ event: '3209031402830007' }, '"event":"withheld"'],
    [{ count: 3209031402830007 }, '"count":"number"'],
    [{ code: ['SUPARMAN'] }, '"code":"withheld"'],
    [{ 'SUPARMAN BIN KARTO': 1 }, '"sync.packet"}'],
    [{ channel: 'suparman' }, '"channel":"withheld"'],
    [{ at: 'SUPARMAN' }, '"at":"withheld"'],
  ])('%j does not', (fields, kept) => {
    const left = line(fields);
    expect(left).toContain(kept);
    expect(left).not.toMatch(/suparman|siti|prasetyo|3209/i);
  });

  test('nothing of what is no line of ours', () => {
    expect(['SUPARMAN', '"SUPARMAN"', '["SUPARMAN"]', '{"half": "SUPAR', 'null'].map(excerptLine)).toEqual(
      Array.from({ length: 5 }, () => null),
    );
  });
});
