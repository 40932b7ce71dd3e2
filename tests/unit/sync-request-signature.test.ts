import { createHash, generateKeyPairSync, verify } from 'node:crypto';
import { createVerifier, httpbis } from 'http-message-signatures';
import { expect, test } from 'vitest';
import { stationIdSchema } from '../../app/ids.ts';
import { createSigner } from '../../main/sync/request-signature.ts';

const stationId = stationIdSchema.parse('0b5a2f0e-8f2c-4d7e-9a2b-1f6d5c4b3a29');
const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const sign = createSigner(stationId, privateKey);
const centerNow = Date.now();

async function verifies(
  method: string,
  url: string,
  headers: Record<string, string>,
  requiredFields: string[],
) {
  return httpbis.verifyMessage(
    {
      requiredFields,
      requiredParams: ['created', 'nonce', 'keyid', 'alg'],
      keyLookup: () =>
        Promise.resolve({ id: stationId, algs: ['ed25519'], verify: createVerifier(publicKey, 'ed25519') }),
    },
    { method, url, headers },
  );
}

test('another implementation verifies it, whatever the host', async () => {
  const headers = await sign(
    { method: 'GET', target: '/v1/outcomes?after=a%2Fb', headers: { accept: 'x' } },
    centerNow,
  );
  const fields = ['@method', '@path', '@query'];
  expect(await verifies('GET', 'https://pusat.go.id/v1/outcomes?after=a%2Fb', headers, fields)).toBe(true);
  expect(await verifies('GET', 'http://127.0.0.1:80/v1/outcomes?after=a%2Fb', headers, fields)).toBe(true);
  expect(await verifies('POST', 'https://x/v1/outcomes?after=a%2Fb', headers, fields)).toBe(false);
  expect(await verifies('GET', 'https://x/v1/outcomes?after=b', headers, fields)).toBe(false);
  expect(await verifies('GET', 'https://x/v1/journal?after=a%2Fb', headers, fields)).toBe(false);
});

test('the base is RFC 9421’s, built by hand', async () => {
  const headers = await sign({ method: 'HEAD', target: '/v1/packets/1', headers: {} }, centerNow);
  const parameters = headers['signature-input']?.replace(/^rekam=/, '') ?? '';
  const created = Math.floor(centerNow / 1000);
  expect(parameters).toMatch(
    new RegExp(
      `^\\("@method" "@path" "@query"\\);created=${created};nonce="[\\w-]{22}";keyid="${stationId}";alg="ed25519"$`,
    ),
  );
  const base = `"@method": HEAD\n"@path": /v1/packets/1\n"@query": ?\n"@signature-params": ${parameters}`;
  const signature = Buffer.from(/^rekam=:(.+):$/.exec(headers['signature'] ?? '')?.[1] ?? '', 'base64');
  expect(verify(null, Buffer.from(base), publicKey, signature)).toBe(true);
});

test('a JSON body is covered by its digest', async () => {
  const json = Buffer.from('{"entries":[]}');
  const headers = await sign({ method: 'POST', target: '/v1/journal', headers: {}, json }, centerNow);
  expect(headers['content-digest']).toBe(`sha-256=:${createHash('sha256').update(json).digest('base64')}:`);
  const fields = ['@method', '@path', '@query', 'content-digest'];
  expect(await verifies('POST', 'https://x/v1/journal', headers, fields)).toBe(true);
  const other = { ...headers, 'content-digest': 'sha-256=:AAAA:' };
  expect(await verifies('POST', 'https://x/v1/journal', other, fields)).toBe(false);
});

test('no nonce is used twice', async () => {
  const request = { method: 'GET', target: '/v1/outcomes', headers: {} };
  const inputs = await Promise.all(Array.from({ length: 50 }, () => sign(request, centerNow)));
  expect(new Set(inputs.map((headers) => headers['signature-input'])).size).toBe(50);
});
