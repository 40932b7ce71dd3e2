import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { PATHS } from '../../app/sync/protocol.ts';
import { centerApiYaml } from '../../center/openapi.ts';

test('docs/center-api.yaml is what routes and schemas say (node scripts/openapi.ts)', async () => {
  const file = readFileSync(path.resolve(import.meta.dirname, '../../docs/center-api.yaml'), 'utf8');
  expect(file).toBe(await centerApiYaml());
});

test('it names every call of the contract', async () => {
  const { paths } = parse(await centerApiYaml()) as { paths: object };
  expect(Object.keys(paths).toSorted()).toEqual(
    [...Object.values(PATHS), `${PATHS.packets}/{id}`, `${PATHS.packets}/{id}/receipt`].toSorted(),
  );
});
