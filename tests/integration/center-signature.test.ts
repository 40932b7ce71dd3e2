import { createHash, generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { PATHS } from '../../app/sync/protocol.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { activateStation, type TestStation } from '../helpers/center-station.ts';

let center: TestCenter;
let station: TestStation;
beforeAll(async () => {
  center = await startTestCenter();
  station = await activateStation(center);
});

const get = (call: Parameters<TestStation['call']>[2]) => station.call('GET', PATHS.outcomes, call);
const RANGE = { from: 1, to: 1, packets: [] };

test('a signed call passes', async () => {
  expect((await get({})).status).toBe(200);
  expect((await station.call('POST', PATHS.reconcile, { json: RANGE })).status).toBe(200);
});

test('an unsigned one, one by another key, or with a changed target or body does not', async () => {
  expect(await get({ unsigned: true })).toMatchObject({ status: 401, problem: 'signature-invalid' });
  const other = generateKeyPairSync('ed25519').privateKey;
  expect(await get({ key: other })).toMatchObject({ status: 401, problem: 'signature-invalid' });
  const changed = { json: RANGE, changedJson: { ...RANGE, to: 2 } };
  expect(await station.call('POST', PATHS.reconcile, changed)).toMatchObject({
    status: 401,
    problem: 'signature-invalid',
  });
});

test('a signature that leaves the body out does not cover it', async () => {
  const call = { body: Buffer.from(JSON.stringify(RANGE)), headers: { 'content-type': 'application/json' } };
  expect(await station.call('POST', PATHS.reconcile, call)).toMatchObject({
    status: 401,
    problem: 'signature-invalid',
  });
});

test('nor does one beside a digest that it does not cover', async () => {
  const body = Buffer.from(JSON.stringify(RANGE));
  const headers = {
    'content-type': 'application/json',
    'content-digest': `sha-256=:${createHash('sha256').update(body).digest('base64')}:`,
  };
  expect(await station.call('POST', PATHS.reconcile, { body, headers })).toMatchObject({
    status: 401,
    problem: 'signature-invalid',
  });
});

test('a signature for one target does not serve another', async () => {
  let headers: Record<string, string> = {};
  await station
    .call('GET', PATHS.outcomes, {
      onRequest: (request) => {
        headers = Object.fromEntries(
          ['signature', 'signature-input'].map((name) => [name, String(request.getHeader(name))]),
        );
        request.destroy(new Error('kept'));
      },
    })
    .catch(() => undefined);
  const moved = await station.call('GET', `${PATHS.outcomes}?after=1`, { unsigned: true, headers });
  expect(moved).toMatchObject({ status: 401, problem: 'signature-invalid' });
  expect((await station.call('GET', PATHS.outcomes, { unsigned: true, headers })).status).toBe(200);
});

test('two signatures in one request are refused, whoever made them', async () => {
  const other = await activateStation(center, 'Meja 2');
  const taken: Record<string, string> = {};
  await other
    .call('GET', PATHS.outcomes, {
      onRequest: (request) => {
        for (const name of ['signature', 'signature-input']) {
          taken[name] = String(request.getHeader(name)).replace('rekam=', 'other=');
        }
        request.destroy(new Error('kept'));
      },
    })
    .catch(() => undefined);
  const both = await station.call('GET', PATHS.outcomes, {
    onRequest: (request) => {
      for (const [name, value] of Object.entries(taken)) {
        request.setHeader(name, `${value}, ${String(request.getHeader(name))}`);
      }
    },
  });
  expect(both).toMatchObject({ status: 401, problem: 'signature-invalid' });
});

test('a time outside the window, on either side, is a wrong clock', async () => {
  for (const createdIn of [-310, 310]) {
    expect(await get({ createdIn })).toMatchObject({ status: 401, problem: 'clock-skew' });
  }
  for (const createdIn of [-280, 280]) expect((await get({ createdIn })).status).toBe(200);
});

test('a nonce serves once, also after a restart of the center', async () => {
  const nonce = 'used-before';
  expect((await get({ nonce })).status).toBe(200);
  expect(await get({ nonce })).toMatchObject({ status: 401, problem: 'nonce-replayed' });
  const many = await Promise.all(Array.from({ length: 8 }, () => get({ nonce: 'at-the-same-time' })));
  expect(many.filter(({ status }) => status === 200)).toHaveLength(1);
  await center.restart();
  expect(await get({ nonce })).toMatchObject({ status: 401, problem: 'nonce-replayed' });
});

test('a station that the center does not know, or no longer, is told so', async () => {
  const keyid = '7d5c1a5e-94c5-4a39-9b0c-0f8c7f6f3a11';
  expect(await get({ keyid })).toMatchObject({ status: 403, problem: 'station-unknown' });
  const gone = await activateStation(center, 'Meja 9');
  await center.running.control.revoke(gone.id);
  expect(await gone.call('GET', PATHS.outcomes)).toMatchObject({ status: 403, problem: 'station-revoked' });
});

test('what is no request of the contract is refused as such', async () => {
  expect(await station.call('POST', PATHS.reconcile, { json: { from: 0 } })).toMatchObject({
    status: 400,
    problem: 'request-invalid',
  });
  expect(await station.call('GET', `${PATHS.outcomes}?after=yesterday`)).toMatchObject({
    status: 400,
    problem: 'request-invalid',
  });
  expect(
    await station.call('POST', PATHS.journal, {
      body: Buffer.from('{'),
      headers: { 'content-type': 'application/json' },
    }),
  ).toMatchObject({ status: 400, problem: 'request-invalid' });
});
