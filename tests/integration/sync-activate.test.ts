import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { formatActivationCode, parseActivationCode } from '../../app/sync/activation.ts';
import { makeProblem, PROBLEM_MEDIA_TYPE, type ProblemName } from '../../app/sync/problems.ts';
import { publicKeyX } from '../../main/security/sign.ts';
import { activateStation } from '../../main/sync/activate.ts';
import { bodyOf, fakeServer, rawServer } from '../helpers/fake-server.ts';
import { fakeCa } from '../helpers/fake-tls.ts';
import { startTestCenter } from '../helpers/center.ts';

const stationKeyX = publicKeyX(generateKeyPairSync('ed25519').privateKey);
const input = (centerUrl: string, code: string) => ({
  centerUrl,
  code,
  stationKeyX,
  label: 'Meja 1',
  appVersion: '0.1.0',
});
const code = (fingerprint: string) =>
  formatActivationCode({ secret: '0123456789ABCDEF', caFingerprint: fingerprint });
const rekamError = (name: string) => expect.objectContaining({ name: 'RekamError', code: name }) as Error;

test('with the real center over TLS: once, again with the same key, never with another', async () => {
  const center = await startTestCenter();
  const activationCode = await center.activationCode('Meja 3');
  const record = await activateStation(input(center.url, activationCode));
  expect(record).toMatchObject({ centerUrl: center.url, activation: { label: 'Meja 3' } });
  expect(record.caPem).toContain('BEGIN CERTIFICATE');
  const again = await activateStation(input(center.url, activationCode.toLowerCase()));
  expect(again.activation.stationId).toBe(record.activation.stationId);

  const other = publicKeyX(generateKeyPairSync('ed25519').privateKey);
  await expect(activateStation({ ...input(center.url, activationCode), stationKeyX: other })).rejects.toThrow(
    rekamError('activation.used'),
  );
  const parsed = parseActivationCode(activationCode);
  const caFingerprint = parsed.ok ? parsed.value.caFingerprint : '';
  await expect(activateStation(input(center.url, code(caFingerprint)))).rejects.toThrow(
    rekamError('activation.invalid'),
  );
});

test('with the real center over plain HTTP on loopback', async () => {
  const center = await startTestCenter({ http: true });
  const record = await activateStation(input(center.url, await center.activationCode()));
  expect(record).toMatchObject({ centerUrl: center.url, caPem: null });
});

test.each([
  ['another CA', true, ['127.0.0.1']],
  ['a certificate for another host', false, ['pusat.go.id']],
])('%s: nothing is sent', async (_name, isForeign, names) => {
  const ca = await fakeCa();
  const other = await fakeCa();
  let requests = 0;
  const server = await fakeServer(
    (_request, answer) => {
      requests += 1;
      answer.end();
    },
    await (isForeign ? other : ca).leaf(names),
  );
  await expect(activateStation(input(server.url, code(ca.fingerprint)))).rejects.toThrow(
    rekamError('activation.foreignCenter'),
  );
  expect(requests).toBe(0);
});

test('a server that shows the right CA, but was not certified by it', async () => {
  const ca = await fakeCa();
  const other = await fakeCa();
  const { cert, key } = await other.leaf();
  const server = await fakeServer((_request, answer) => answer.end(), { cert: `${cert}\n${ca.pem}`, key });
  await expect(activateStation(input(server.url, code(ca.fingerprint)))).rejects.toThrow(
    rekamError('activation.foreignCenter'),
  );
});

test.each([
  ['activation-invalid', 'activation.invalid'],
  ['activation-used', 'activation.used'],
  ['rate-limited', 'center.unreachable'],
  ['internal', 'center.answer'],
] as const)('%s becomes %s', async (name: ProblemName, expected) => {
  const server = await fakeServer((request, answer) => {
    void bodyOf(request).then(() => {
      const problem = makeProblem(name);
      answer.writeHead(problem.status, { 'content-type': PROBLEM_MEDIA_TYPE }).end(JSON.stringify(problem));
    });
  });
  await expect(activateStation(input(server.url, code('A'.repeat(26))))).rejects.toThrow(
    rekamError(expected),
  );
});

test.each(['<html>login</html>', '{"stationId":"x"}'])('the answer %s is not the center’s', async (text) => {
  const server = await fakeServer((_request, answer) => answer.end(text));
  await expect(activateStation(input(server.url, code('A'.repeat(26))))).rejects.toThrow(
    rekamError('center.answer'),
  );
});

test('addresses, codes and the network', async () => {
  const typed = code('A'.repeat(26));
  await expect(activateStation(input('http://pusat.go.id', typed))).rejects.toThrow(rekamError('center.url'));
  await expect(activateStation(input('https://pusat.go.id', 'ABC'))).rejects.toThrow(
    rekamError('activation.length'),
  );
  const mistyped = typed.replace('0', '1');
  await expect(activateStation(input('https://pusat.go.id', mistyped))).rejects.toThrow(
    rekamError('activation.mistyped'),
  );
  const closed = await rawServer((socket) => socket.destroy());
  await expect(activateStation(input(closed.url, typed))).rejects.toThrow(rekamError('center.unreachable'));
  const secure = closed.url.replace('http:', 'https:');
  await expect(activateStation(input(secure, typed))).rejects.toThrow(rekamError('center.unreachable'));
  const plain = await fakeServer((_request, answer) => answer.end('plain'));
  await expect(activateStation(input(plain.url.replace('http:', 'https:'), typed))).rejects.toThrow(
    rekamError('center.answer'),
  );
});
