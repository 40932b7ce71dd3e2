/**
 * node scripts/sbi/main.ts: scanners that speak SBI, for a station without any. A center believes them when its policy
 * names the anchor that this prints (`npm run center -- --demo --device-anchor …`).
 *
 * --port N (a free one from 4501 to 4600) · --keys DIR (keeps the anchor) · --version 0.9.5|1.0|both · --fault NAME
 */
import { parseArgs } from 'node:util';
import { SBI_PORTS } from '../../main/devices/sbi-search.ts';
import { deviceAuthority } from './certificates.ts';
import { FAULTS, startSbiSimulator, type SbiSimulator } from './simulator.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    keys: { type: 'string' },
    version: { type: 'string', default: 'both' },
    fault: { type: 'string', multiple: true, default: [] },
  },
});

const version = (['0.9.5', '1.0', 'both'] as const).find((known) => known === values.version);
if (version === undefined) throw new Error('--version takes 0.9.5, 1.0 or both');
const faults = values.fault.map((name) => {
  const fault = FAULTS.find((known) => known === name);
  if (fault === undefined) throw new Error(`--fault takes one of ${FAULTS.join(' ')}`);
  return fault;
});

const ca = await deviceAuthority(values.keys ?? null);
const simulator =
  values.port === undefined
    ? await onFreePort()
    : await startSbiSimulator({ port: Number(values.port), version, ca });
simulator.fault(...faults);
console.log(`anchor ${simulator.anchor}`);
// Scripts wait for this line.
console.log(`ready ${simulator.port}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void simulator.close().then(() => process.exit(0)));
}

/** On the first of the interface's own ports that nobody uses. */
async function onFreePort(): Promise<SbiSimulator> {
  for (let port = SBI_PORTS.from; port <= SBI_PORTS.to; port += 1) {
    try {
      return await startSbiSimulator({ port, version: version ?? 'both', ca });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error(`all ports from ${SBI_PORTS.from} to ${SBI_PORTS.to} are in use`);
}
