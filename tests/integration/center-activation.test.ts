import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { formatActivationCode, parseActivationCode } from '../../app/sync/activation.ts';
import { activateAnswerSchema, JWS_TYPES, PATHS, pulseSchema } from '../../app/sync/protocol.ts';
import { verifyJws } from '../../main/security/sign.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { activateStation, activateWith, sendJson } from '../helpers/center-station.ts';

let center: TestCenter;
beforeAll(async () => {
  center = await startTestCenter();
});

const newKey = () => generateKeyPairSync('ed25519').privateKey;

describe('activation', () => {
  test('gives a station its id, kecamatan, keys and policy', async () => {
    const answer = await activateWith(center, await center.activationCode('Meja 7'), newKey());
    expect(answer.status).toBe(200);
    const activation = activateAnswerSchema.parse(answer.json);
    expect(activation).toMatchObject({
      label: 'Meja 7',
      kecamatan: { kode: '32.09.03', kabupaten: 'Kabupaten Cirebon' },
    });
  });

  test('answers the same to the same key, and refuses another one', async () => {
    const code = await center.activationCode();
    const key = newKey();
    const first = await activateWith(center, code, key);
    const again = await activateWith(center, code, key);
    expect(again.json).toEqual(first.json);
    expect((await activateWith(center, code, newKey())).problem).toBe('activation-used');
  });

  test('tells each station of an office which of its desks it is, two at once too', async () => {
    const codes = [await center.activationCode('Meja A'), await center.activationCode('Meja B')];
    const answers = await Promise.all(codes.map((code) => activateWith(center, code, newKey())));
    const desks = answers.map(({ json }) => activateAnswerSchema.parse(json).desk);
    expect(new Set(desks).size).toBe(2);
    expect(Math.max(...desks) - Math.min(...desks)).toBe(1);
  });

  test('refuses a code it never gave, and slows down who goes on guessing', async () => {
    const code = formatActivationCode({ secret: '0'.repeat(16), caFingerprint: center.caFingerprint });
    expect(await activateWith(center, code, newKey())).toMatchObject({
      status: 403,
      problem: 'activation-invalid',
    });
    let last = await activateWith(center, code, newKey());
    for (let tries = 0; tries < 30 && last.status === 403; tries += 1)
      last = await activateWith(center, code, newKey());
    expect(last).toMatchObject({ status: 429, problem: 'rate-limited' });
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
    await center.restart();
  });

  test('prints codes whose fingerprint is that of the CA in the chain', async () => {
    const parsed = parseActivationCode(await center.activationCode());
    expect(parsed).toMatchObject({ ok: true, value: { caFingerprint: center.caFingerprint } });
  });
});

describe('pulse', () => {
  test('is signed over the nonce with the receipt key', async () => {
    const { activation } = await activateStation(center);
    const nonce = 'a-nonce-of-our-own';
    const answer = await sendJson(center, `${PATHS.pulse}?nonce=${nonce}`);
    const { pulse } = answer.json as { pulse: string };
    const payload = pulseSchema.parse(verifyJws(JWS_TYPES.pulse, pulse, activation.receiptKey.x));
    expect(payload).toMatchObject({ nonce, accepting: true, pace: { retryAfterMs: 0 } });
    expect(Math.abs(Date.parse(payload.time) - Date.now())).toBeLessThan(60_000);
  });

  test('tells of a pause', async () => {
    center.running.control.setAccepting(false);
    const { activation } = await activateStation(center);
    const answer = await sendJson(center, `${PATHS.pulse}?nonce=0123456789abcdef`);
    const { pulse } = answer.json as { pulse: string };
    expect(verifyJws(JWS_TYPES.pulse, pulse, activation.receiptKey.x)).toMatchObject({ accepting: false });
    center.running.control.setAccepting(true);
  });

  test('refuses a nonce too short to be one', async () => {
    expect(await sendJson(center, `${PATHS.pulse}?nonce=short`)).toMatchObject({
      status: 400,
      problem: 'request-invalid',
    });
  });
});

test('answers problem+json where there is nothing', async () => {
  const answer = await sendJson(center, '/v1/nothing');
  expect(answer.headers['content-type']).toContain('application/problem+json');
  expect(answer).toMatchObject({ status: 404, problem: 'request-invalid' });
});
