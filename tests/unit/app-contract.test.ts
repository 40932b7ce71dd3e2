import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ERROR_CODES, ERRORS, errorShape, type Hint, RekamError } from '../../app/errors.ts';
import { ERROR_WORDS } from '../../app/error-words.ts';
import { CHANNELS, EVENT_NAMES } from '../../app/ipc/channels.ts';
import { type Audience, CONTRACT, EVENTS } from '../../app/ipc/contract.ts';

const HINTS: Hint[] = [
  'retry',
  'correct',
  'goOn',
  'askSupervisor',
  'callSupport',
  'login',
  'freeDisk',
  'checkDevice',
];
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[0]).sort();

describe('errors', () => {
  test('the words are those of the codes, no more and no fewer', () => {
    expect(Object.keys(ERROR_WORDS).sort()).toEqual([...ERROR_CODES].sort());
  });

  test.each(ERROR_CODES)('%s is said in both languages', (code) => {
    const { id, en } = ERROR_WORDS[code];
    for (const text of [id, en]) {
      expect(text).toMatch(/^\p{Lu}.{20,}\.$/su);
      expect(text.replaceAll(/\{\{\w+\}\}/g, ''), 'a placeholder is written {{name}}').not.toMatch(/[{}]/);
    }
    expect(id).not.toBe(en);
    expect(placeholders(id)).toEqual(placeholders(en));
  });

  test.each(ERROR_CODES)('%s crosses a border whole', (code) => {
    expect(HINTS).toContain(ERRORS[code].hint);
    const shape = errorShape(code, { seconds: 30 });
    expect(shape).toEqual({ code, ...ERRORS[code], params: { seconds: 30 } });
    expect(structuredClone(shape)).toEqual(shape);
  });

  test('"try again" is said only where it can help', () => {
    expect(ERROR_CODES.filter((code) => ERRORS[code].hint === 'retry' && !ERRORS[code].retryable)).toEqual(
      [],
    );
  });

  test('a RekamError carries code, params and cause', () => {
    const cause = new Error('ENOSPC');
    const error = new RekamError('disk.full', { bytes: 1 }, cause);
    expect(error).toMatchObject({
      name: 'RekamError',
      code: 'disk.full',
      message: 'disk.full',
      params: { bytes: 1 },
    });
    expect(error.cause).toBe(cause);
    expect(new RekamError('internal')).not.toHaveProperty('cause');
  });
});

describe('the contract between window and main', () => {
  test('the names that the preload knows are those of the contract, each once', () => {
    expect([...CHANNELS].sort()).toEqual(Object.keys(CONTRACT).sort());
    expect([...EVENT_NAMES].sort()).toEqual(Object.keys(EVENTS).sort());
  });

  test.each(CHANNELS)('%s is named group.name, with an audience and schemas', (channel) => {
    expect(channel).toMatch(/^[a-z]+\.[a-z][A-Za-z]*$/);
    // The bridge keeps this group for what main tells unasked.
    expect(channel).not.toMatch(/^events\./);
    const { audience, request, response } = CONTRACT[channel];
    expect<Audience[]>(['anyone', 'person', 'operator', 'supervisor']).toContain(audience);
    expect(request).toBeInstanceOf(z.ZodType);
    expect(response).toBeInstanceOf(z.ZodType);
  });

  test('what may be called before a login, and what is the supervisor’s alone', () => {
    const of = (audience: Audience) =>
      CHANNELS.filter((channel) => CONTRACT[channel].audience === audience).sort();
    expect(of('anyone')).toEqual([
      'session.current',
      'session.login',
      'station.activate',
      'station.battery',
      'station.info',
      'station.setLanguage',
      'station.setTheme',
      'station.shown',
      'station.status',
      // Guarded by the handler at a station; on a PC that is none yet, by the code and two passwords.
      'takeover.choose',
      'takeover.retry',
      'takeover.run',
      'takeover.state',
    ]);
    expect(of('supervisor')).toEqual([
      'accounts.list',
      'accounts.reset',
      'audit.export',
      'audit.list',
      'audit.verify',
      'checkup.bundle',
      'checkup.run',
      'courier.cancel',
      'courier.pack',
      'courier.receipts',
      'courier.state',
      'day.close',
      'day.compare',
      'day.print',
      'day.read',
      'day.sheet',
      'mirror.choose',
      'outages.export',
      'outages.print',
      'outages.read',
      'outages.sheet',
      'outbox.hold',
      'outbox.packet',
      'outbox.release',
      'outbox.retry',
      'progress.calendar',
      'progress.export',
      'progress.print',
      'progress.read',
      'progress.sheet',
      'recovery.drop',
      'recovery.issue',
      'recovery.print',
      'recovery.status',
      'review.approve',
      'review.list',
      'review.open',
      'review.return',
      'review.takeBack',
      'schedule.capacity',
      'schedule.choose',
      'schedule.drop',
      'schedule.export',
      'schedule.people',
      'schedule.print',
      'schedule.problems',
      'schedule.read',
      'schedule.sheet',
      'schedule.take',
      'settings.change',
      'settings.read',
      'station.setAutostart',
      'sync.cancel',
      'sync.findings',
      'sync.limit',
      'sync.now',
      'sync.office',
      'sync.outages',
    ]);
  });

  test.each(CHANNELS)('%s takes no request with something unknown in it', (channel) => {
    for (const odd of [{ smuggled: 1 }, [], 'x'.repeat(2_000), 1, null]) {
      const parsed = CONTRACT[channel].request.safeParse(odd);
      expect(parsed.success).toBe(false);
    }
  });

  test('every request that is an object is strict about its keys', () => {
    const objects = CHANNELS.filter((channel) => 'shape' in CONTRACT[channel].request);
    expect(objects.length).toBeGreaterThan(5);
    for (const channel of objects) {
      const { error } = CONTRACT[channel].request.safeParse({ smuggled: 1 });
      expect([channel, error?.issues.map((issue) => issue.code).includes('unrecognized_keys')]).toEqual([
        channel,
        true,
      ]);
    }
  });

  test('bytes of a part have a floor and a ceiling', () => {
    const { bytes } = CONTRACT['drafts.commit'].request.shape.captures.element.shape;
    expect(bytes.safeParse(new Uint8Array(4 * 1024 * 1024)).success).toBe(true);
    expect(bytes.safeParse(new Uint8Array(4 * 1024 * 1024 + 1)).success).toBe(false);
    expect(bytes.safeParse(new Uint8Array(0)).success).toBe(false);
    expect(bytes.safeParse([1, 2, 3]).success).toBe(false);
  });

  test('events are named like channels and are no channel', () => {
    for (const event of Object.keys(EVENTS)) {
      expect(event).toMatch(/^[a-z]+\.[a-z][A-Za-z]*$/);
      expect(CHANNELS).not.toContain(event);
    }
  });
});
