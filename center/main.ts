import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { startCenter, type RunningCenter } from './center.ts';
import { importDisk } from './courier/command.ts';
import { changeKeys } from './keys.ts';
import { isRoot, ROOT_DATA } from './postgres-binaries.ts';
import { runningDatabase } from './postgres.ts';

const USAGE = `The reference center of Rekam.

  import DIR      takes the courier packs on a disk in and writes the receipts beside them, whether or not the
                  center of the --data folder runs; ends with 1 where a packet was refused

  change-keys     gives the center that does not run just now new keys, sealing and receipt; stations follow at their
                  next pulse, and packets sealed to the former key are still opened

  --port N        port to listen on (8443)
  --host H        name or address to listen on (localhost)
  --data DIR      keys, uploads, PostgreSQL and packets (${defaultData()})
  --database URL  another PostgreSQL, 15 or later, instead of the embedded one
  --blobs DIR     sealed packets elsewhere, on the data folder's file system
  --demo          fill an empty center with kecamatan Losari and 48,000 synthetic residents
  --residents N   as many instead
  --device-anchor BASE64  a provider of scanners that the demo believes (X.509, DER); may be given again
  --http          plain HTTP, on loopback only
`;
const DEFAULT_PORT = '8443';

/** The user's data home; for root, whose home PostgreSQL's user cannot enter, the system's. */
function defaultData(): string {
  if (isRoot()) return ROOT_DATA;
  const home = os.homedir();
  if (process.platform === 'win32')
    return path.join(process.env['LOCALAPPDATA'] ?? path.join(home, 'AppData', 'Local'), 'rekam-center');
  if (process.platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'rekam-center');
  return path.join(process.env['XDG_DATA_HOME'] ?? path.join(home, '.local', 'share'), 'rekam-center');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: DEFAULT_PORT },
      host: { type: 'string', default: 'localhost' },
      data: { type: 'string', default: defaultData() },
      database: { type: 'string' },
      blobs: { type: 'string' },
      demo: { type: 'boolean', default: false },
      residents: { type: 'string' },
      'device-anchor': { type: 'string', multiple: true },
      http: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const log = pino({ level: process.env['LOG_LEVEL'] ?? 'warn' }, pino.destination(2));
  const storage = {
    data: values.data,
    ...(values.database !== undefined && { database: values.database }),
    ...(values.blobs !== undefined && { blobs: values.blobs }),
  };
  if (positionals.length > 0) {
    const [command, folder, ...rest] = positionals;
    if (command === 'change-keys' && folder === undefined) {
      const data = path.resolve(values.data);
      if (!existsSync(path.join(data, 'receipt.pem'))) throw new Error(`no center in ${data}`);
      if (runningDatabase(data, 'rekam') !== null)
        throw new Error('stop the center first: it holds the old keys');
      const { sealing, receiptKey } = await changeKeys(data, { sealing: true, receipt: true });
      console.log(`keys ${sealing.keyId} ${receiptKey.kid}`);
      return;
    }
    if (command !== 'import' || folder === undefined || rest.length > 0)
      throw new Error('the commands are: import DIR, change-keys');
    if (!(await importDisk(storage, path.resolve(folder), log, (line) => console.log(line))))
      process.exitCode = 1;
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port ${values.port} is no port`);
  const center = await startCenter({
    port,
    host: values.host,
    ...storage,
    demo: values.demo && {
      ...(values.residents !== undefined && { residents: Number(values.residents) }),
      ...(values['device-anchor'] !== undefined && { deviceAnchors: values['device-anchor'] }),
    },
    http: values.http,
    // Whoever keeps this process running starts it anew, and with it its database.
    onDatabaseDied: () => {
      console.error('the embedded PostgreSQL ended by itself');
      process.exit(1);
    },
    log,
  });
  closeOnSignal(center);
  console.log(`Rekam center, data in ${path.resolve(values.data)}`);
  await offerActivation(center);
  // Scripts wait for this line.
  console.log(`ready ${center.url}`);
}

/** A center without a station is no use yet: say how the first one gets in. */
async function offerActivation(center: RunningCenter): Promise<void> {
  const kecamatan = await center.db.selectFrom('kecamatan').select('kode').executeTakeFirst();
  if (kecamatan === undefined) {
    console.log('no kecamatan yet: start with --demo for one');
    return;
  }
  const active = await center.db
    .selectFrom('station')
    .select('id')
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (active !== undefined) return;
  const code = await center.createActivationCode({ label: 'Meja 1', kecamatan: kecamatan.kode });
  console.log(`activation-code ${code}`);
}

function closeOnSignal(center: RunningCenter): void {
  let closing = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (closing) return;
      closing = true;
      center.close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
