// Writes docs/center-api.yaml from the schemas of app/sync and the routes of the center.
// With --check: exits 1 when the committed file is not what they say.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { centerApiYaml } from '../center/openapi.ts';
import { root } from './runtime.mjs';

const file = path.join(root, 'docs', 'center-api.yaml');
const yaml = await centerApiYaml();

if (process.argv.includes('--check')) {
  const current = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (current !== yaml) {
    console.error('docs/center-api.yaml is out of date: node scripts/openapi.ts');
    process.exitCode = 1;
  }
} else {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, yaml);
}
