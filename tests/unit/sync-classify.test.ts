import { describe, expect, test } from 'vitest';
import {
  makeProblem,
  PROBLEM_MEDIA_TYPE,
  PROBLEM_NAMES,
  PROBLEMS,
  type ProblemName,
} from '../../app/sync/problems.ts';
import { PAUSE_DEFAULT_MS } from '../../app/sync/retry.ts';
import { RekamError } from '../../app/errors.ts';
import { TransportFailure } from '../../main/sync/api.ts';
import { parseCenterUrl } from '../../main/sync/center-url.ts';
import { refusal, verdictOf } from '../../main/sync/classify.ts';
import { transportFailure } from '../../main/sync/network-errors.ts';

const NOW = Date.parse('2011-11-14T03:00:00.000Z');

function verdict(name: ProblemName, headers: Record<string, string> = {}) {
  const body = makeProblem(name);
  const answer = {
    status: body.status,
    headers: { 'content-type': PROBLEM_MEDIA_TYPE, ...headers },
    text: JSON.stringify(body),
  };
  return refusal(answer, NOW).verdict;
}

function foreign(status: number, headers: Record<string, string> = {}) {
  return refusal({ status, headers: { 'content-type': 'text/html', ...headers }, text: '<html>' }, NOW)
    .verdict;
}

describe('problems of the center', () => {
  test.each(PROBLEM_NAMES)('%s has a verdict of its kind', (name) => {
    const { kind } = verdict(name);
    const { does } = PROBLEMS[name];
    expect(does === 'retry' ? ['retry', 'pause', 'clock'] : [does]).toContain(kind);
  });

  test.each([
    ['clock-skew', { kind: 'clock' }],
    ['nonce-replayed', { kind: 'retry', cause: null }],
    ['packet-too-large', { kind: 'hold', reason: 'tooLarge' }],
    ['manifest-conflict', { kind: 'hold', reason: 'conflict' }],
    ['recipient-unknown', { kind: 'hold', reason: 'refused' }],
    ['upload-exists', { kind: 'offset' }],
    ['station-revoked', { kind: 'station' }],
    ['internal', { kind: 'retry', cause: 'centerError' }],
    ['overloaded', { kind: 'pause', retryAfterMs: PAUSE_DEFAULT_MS }],
  ] as const)('%s', (name, expected) => {
    expect(verdict(name)).toMatchObject(expected);
  });

  test('Retry-After in seconds or as a date by the center’s own clock', () => {
    expect(verdict('overloaded', { 'retry-after': '120' })).toMatchObject({
      kind: 'pause',
      retryAfterMs: 120_000,
    });
    const headers = { 'retry-after': 'Wed, 21 Oct 2026 07:30:00 GMT', date: 'Wed, 21 Oct 2026 07:28:00 GMT' };
    expect(verdict('rate-limited', headers)).toMatchObject({ kind: 'pause', retryAfterMs: 120_000 });
  });

  test('Retry-After of a locked upload pauses that packet alone', () => {
    expect(verdict('upload-locked', { 'retry-after': '1' })).toMatchObject({ kind: 'retry', cause: null });
  });
});

describe('answers of others', () => {
  test.each([
    [200, 'captivePortal'],
    [302, 'captivePortal'],
    [511, 'captivePortal'],
    [407, 'captivePortal'],
    [404, 'centerError'],
    [502, 'centerError'],
  ])('%i without a problem of ours: %s', (status, cause) => {
    expect(foreign(status)).toMatchObject({ kind: 'retry', cause });
  });

  test('a balancer’s 503 pauses', () => {
    expect(foreign(503, { 'retry-after': '7' })).toMatchObject({ kind: 'pause', retryAfterMs: 7_000 });
  });

  test('an invented problem type is none of ours', () => {
    const text = JSON.stringify({ type: 'urn:rekam:problem:made-up', title: 'x', status: 422 });
    const { verdict: found } = refusal(
      { status: 422, headers: { 'content-type': PROBLEM_MEDIA_TYPE }, text },
      NOW,
    );
    expect(found).toMatchObject({ kind: 'retry', cause: 'centerError' });
  });
});

test.each([
  ['ENOTFOUND', 'dns'],
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'timeout'],
  ['ECONNRESET', 'timeout'],
  ['ENETUNREACH', 'noNetwork'],
  ['EHOSTUNREACH', 'noNetwork'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['CERT_NOT_YET_VALID', 'clock'],
  ['HPE_INVALID_CONSTANT', 'captivePortal'],
])('Node’s %s is %s', (code, cause) => {
  const failure = transportFailure(Object.assign(new Error(code), { code }), {
    loopback: true,
    reused: false,
  });
  expect(failure.linkCause).toBe(cause);
  expect(verdictOf(failure)).toMatchObject({ kind: 'retry', cause });
});

test('only a reset of a kept connection is stale', () => {
  const reset = Object.assign(new Error('x'), { code: 'ECONNRESET' });
  expect(transportFailure(reset, { loopback: true, reused: true }).stale).toBe(true);
  expect(transportFailure(reset, { loopback: true, reused: false }).stale).toBe(false);
  const refused = Object.assign(new Error('x'), { code: 'ECONNREFUSED' });
  expect(transportFailure(refused, { loopback: true, reused: true }).stale).toBe(false);
});

test('what no exchange threw has no verdict', () => {
  expect(verdictOf(new Error('defect'))).toBeNull();
  expect(verdictOf(new RekamError('disk.full'))).toBeNull();
  expect(verdictOf(new TransportFailure('dns', 'x'))).not.toBeNull();
});

describe('the center’s address', () => {
  test.each([
    'https://pusat.go.id',
    'https://pusat.go.id:8443/',
    'http://127.0.0.1:8080',
    'http://[::1]:80',
    'http://localhost:3000',
  ])('%s is one', (url) => {
    expect(parseCenterUrl(url).origin).toBe(new URL(url).origin);
  });

  test.each([
    'http://pusat.go.id',
    'http://127.0.0.1.evil.example',
    'http://10.0.0.1',
    'http://[::2]',
    'ftp://pusat.go.id',
    'https://user:pass@pusat.go.id',
    'https://pusat.go.id/api',
    'https://pusat.go.id/?x=1',
    'pusat.go.id',
    '',
  ])('%s is none', (url) => {
    expect(() => parseCenterUrl(url)).toThrow(expect.objectContaining({ code: 'center.url' }) as Error);
  });
});
