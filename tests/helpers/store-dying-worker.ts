// A store thread that opens well and ends at the first call, as after a crash of the addon.
import { parentPort } from 'node:worker_threads';

parentPort?.once('message', () => {
  parentPort?.once('message', () => process.exit(7));
  parentPort?.postMessage({ ready: true });
});
