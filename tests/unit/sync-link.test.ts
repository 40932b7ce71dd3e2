import { expect, test } from 'vitest';
import { nextLink, UNKNOWN_LINK, type LinkEvent, type LinkView } from '../../main/sync/link.ts';

const pulse = (rttMs = 100, paused = false): LinkEvent => ({ type: 'pulse', rttMs, paused });
const run = (...events: LinkEvent[]): LinkView =>
  events.reduce((link, event, index) => nextLink(link, event, (index + 1) * 1000), UNKNOWN_LINK);

test('unknown until the first contact', () => {
  expect(run()).toEqual({ state: 'unknown', cause: null, since: null });
  expect(run(pulse())).toEqual({ state: 'online', cause: null, since: 1000 });
});

test('`since` moves only when state or cause does', () => {
  expect(run(pulse(), pulse(), { type: 'answered' }).since).toBe(1000);
  expect(run({ type: 'failed', cause: 'dns' }, { type: 'failed', cause: 'dns' }).since).toBe(1000);
  expect(run({ type: 'failed', cause: 'dns' }, { type: 'failed', cause: 'refused' })).toEqual({
    state: 'offline',
    cause: 'refused',
    since: 2000,
  });
});

test('slow has two bounds', () => {
  expect(run(pulse(3000)).state).toBe('slow');
  expect(run(pulse(3000), pulse(2000)).state).toBe('slow');
  expect(run(pulse(2000)).state).toBe('online');
  expect(run(pulse(3000), pulse(1000)).state).toBe('online');
  expect(run(pulse(3000), { type: 'answered' }).state).toBe('slow');
});

test('a center that asks to wait is online', () => {
  expect(run({ type: 'paused' })).toMatchObject({ state: 'online', cause: 'paused' });
  expect(run(pulse(100, true))).toMatchObject({ state: 'online', cause: 'paused' });
  expect(run(pulse(100, true), { type: 'resumed' })).toMatchObject({ state: 'online', cause: null });
  expect(run({ type: 'failed', cause: 'dns' }, { type: 'resumed' })).toMatchObject({
    state: 'offline',
    cause: 'dns',
  });
});
