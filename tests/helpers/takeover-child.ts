// A takeover in a process of its own, to be killed in the middle. argv: a file with handOver's text, a mirror, a code.
import { readFileSync } from 'node:fs';
import { requirePassword } from '../../main/ipc/password.ts';
import { Takeover } from '../../main/sync/takeover/takeover.ts';
import { takeOver } from './store.ts';

const [, , given = '', folder = '', code = '', persons = '[]'] = process.argv;
const test = takeOver(readFileSync(given, 'utf8'));
const quiet = () => {};
const { store } = test;
type Copies = typeof store.copies;
const adopt: Copies['adopt'] = async (...args) => {
  const result = await store.copies.adopt(...args);
  process.stdout.write('adopted\n');
  return result;
};
const copies: Copies = new Proxy(store.copies, {
  get: (group, name) => (name === 'adopt' ? adopt : group[name as keyof Copies]),
});
const takeover = new Takeover({
  store: { accounts: store.accounts, takeovers: store.takeovers, copies },
  record: () => store.station.record(),
  confirm: ({ username, password }) => requirePassword(store, username, password, Date.now, 'password.wrong'),
  activate: () => Promise.reject(new Error('not here')),
  now: Date.now,
  changed: quiet,
  taken: quiet,
  log: { info: quiet, warn: quiet, error: quiet },
});
await takeover.choose(folder);
await takeover.run(code, JSON.parse(persons) as Parameters<Takeover['run']>[1]);
