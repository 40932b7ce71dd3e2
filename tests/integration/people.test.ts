// Passwords, locks and second persons, by the very handlers that the window calls, over a real store and a real center.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DeskSession } from '../../main/security/sessions.ts';
import { errorShape } from '../../app/errors.ts';
import type { AccountId } from '../../app/ids.ts';
import { createFourEyes } from '../../main/ipc/four-eyes.ts';
import { accountHandlers } from '../../main/ipc/accounts.ts';
import { requirePassword } from '../../main/ipc/password.ts';
import { sessionHandlers } from '../../main/ipc/session.ts';
import { hashPassword, oneTimePassword } from '../../main/security/passwords.ts';
import { Sessions } from '../../main/security/sessions.ts';
import { createAccountStore } from '../../main/store/accounts.ts';
import { localStore } from '../../main/store/remote.ts';
import { errorSentence } from '../../renderer/i18n/words.ts';
import { DEMO_ACCOUNTS } from '../../center/demo/losari.ts';
import { office, when } from '../helpers/office.ts';
import { openTestStore, TEST_NOW, type TestRemote, type TestStore } from '../helpers/store.ts';

const SUPERVISOR = { username: 'supervisor', password: 'kunci penyelia' };
const OPERATOR = { username: 'operator', password: 'kunci operator' };

async function station(mustChange = false): Promise<TestStore> {
  const opened = await openTestStore();
  onTestFinished(() => opened.destroy());
  await setAccounts(opened, mustChange);
  return opened;
}

async function setAccounts({ api, operator, supervisor }: TestStore, mustChange: boolean): Promise<void> {
  const line = { type: 'account', active: true } as const;
  const [ofOperator, ofSupervisor] = [
    await hashPassword(OPERATOR.password),
    await hashPassword(SUPERVISOR.password),
  ];
  api.reference.apply(
    [
      {
        ...line,
        id: operator.accountId,
        name: operator.name,
        role: 'operator',
        username: 'operator',
        hash: ofOperator,
        mustChange,
      },
      {
        ...line,
        id: supervisor.accountId,
        name: supervisor.name,
        role: 'supervisor',
        username: 'supervisor',
        hash: ofSupervisor,
        mustChange: false,
      },
    ],
    null,
    TEST_NOW,
  );
}

/** What the window may call, and who is logged in. */
function border(store: TestRemote, now = () => TEST_NOW) {
  const sessions = new Sessions(() => undefined);
  const nothing = () => Promise.resolve();
  const handlers = {
    ...sessionHandlers({
      store,
      sessions,
      draftKey: new Uint8Array(32),
      training: { begin: nothing, end: nothing, draftKey: () => new Uint8Array(32) },
      changedPassword: () => undefined,
      now,
    }),
    ...accountHandlers({ store, now, changedPassword: () => undefined }),
  };
  const login = async (who: { username: string; password: string }): Promise<DeskSession> => {
    await handlers['session.login'](who, null);
    const session = sessions.current();
    if (session === null) throw new Error('not logged in');
    return session;
  };
  return { handlers, sessions, login, fourEyes: createFourEyes({ store, now }) };
}

const acts = (store: TestStore) =>
  store.db.all<{ what: string; by_account: string | null; subject: string | null; detail: string | null }>(
    'SELECT what, by_account, subject, detail FROM audit ORDER BY sequence',
  );

describe('wrong passwords', () => {
  test('twenty in a row: each lock in minutes and seconds, never more than a quarter of an hour, whatever the clock says', async () => {
    const test1 = await station();
    let elapsed = 0;
    let now = TEST_NOW;
    const store = {
      accounts: localStore({ accounts: createAccountStore(test1.db, () => elapsed) }).accounts,
    };
    const tryOnce = async () => {
      const problem = await requirePassword(store, 'operator', 'salah', () => now, 'login.wrong').then(
        () => null,
        (error: { code: 'login.wrong' | 'login.locked'; params: Record<string, number> }) => error,
      );
      return problem === null ? 'in' : errorSentence(errorShape(problem.code, problem.params), 'id');
    };
    const said: string[] = [];
    const again: string[] = [];
    for (let n = 1; n <= 20; n += 1) {
      said.push(await tryOnce());
      // Somebody sets the clock a year on, a year back: the wait is the same.
      now += (n % 2 === 0 ? 1 : -1) * 365 * 86_400_000;
      if (n <= 4) continue;
      again.push(await tryOnce());
      elapsed += 15 * 60_000;
    }
    expect(again).toEqual(said.slice(4));
    expect(said.slice(0, 4)).toEqual(
      Array.from({ length: 4 }, () => 'Nama pengguna atau kata sandi tidak cocok. Coba lagi.'),
    );
    expect(said[4]).toContain('terkunci 30 detik lagi');
    expect(said[5]).toContain('terkunci 1 menit lagi');
    expect(said.slice(9)).toEqual(
      Array.from({ length: 11 }, () => expect.stringContaining('terkunci 15 menit lagi') as string),
    );
    expect(said[19]).toContain('Penyelia dapat memberi kata sandi sekali pakai');
    expect(test1.api.accounts.byUsername('operator')?.failures).toBe(20);
    // The right one ends it, once the lock has run out.
    elapsed += 15 * 60_000;
    await requirePassword(store, 'operator', OPERATOR.password, () => now, 'login.wrong');
    expect(acts(test1).filter(({ what }) => what === 'session.failed')).toHaveLength(20);
  });

  test('a name that nobody has is audited without the name, which may be a password', async () => {
    const test1 = await station();
    const { login } = border(test1.store);
    await expect(login({ username: 'kunci operator', password: 'operator' })).rejects.toMatchObject({
      code: 'login.wrong',
    });
    expect(acts(test1).at(-1)).toEqual({
      what: 'session.failed',
      by_account: null,
      subject: null,
      detail: null,
    });
  });
});

describe('a first password', () => {
  test('must be changed before anything else, by the rules, and then it is the only one', async () => {
    const test1 = await station(true);
    const { handlers, login, sessions } = border(test1.store);
    const first = await login(OPERATOR);
    expect(first.mustChange).toBe(true);
    const change = (password: string, current: string | null = null) =>
      Promise.resolve(handlers['session.changePassword']({ current, password }, sessions.current() ?? first));
    const refused = {
      pendek: 'password.short',
      Operator: 'password.username',
      [OPERATOR.password]: 'password.same',
    };
    for (const [password, code] of Object.entries(refused))
      await expect(change(password)).rejects.toMatchObject({ code });
    expect(await change('padi di sawah')).toMatchObject({ mustChange: false });
    expect(sessions.current()?.mustChange).toBe(false);
    await expect(login(OPERATOR)).rejects.toMatchObject({ code: 'login.wrong' });
    expect((await login({ ...OPERATOR, password: 'padi di sawah' })).mustChange).toBe(false);
    // From now on the present one is asked for.
    await expect(change('kopi di kebun')).rejects.toMatchObject({ code: 'password.wrong' });
    await expect(change('kopi di kebun', 'padi di sawah')).resolves.toMatchObject({ mustChange: false });
    expect(acts(test1).filter(({ what }) => what === 'account.passwordChanged')).toHaveLength(2);
  });

  test('a supervisor gives an operator one for a single login, with the own password, and nobody else one', async () => {
    const test1 = await station();
    const { handlers, login } = border(test1.store);
    const caller = await login(SUPERVISOR);
    const reset = (accountId: AccountId, password: string) =>
      Promise.resolve(handlers['accounts.reset']({ accountId, password }, caller));
    const { operator, supervisor } = test1;
    await expect(reset(operator.accountId, 'salah')).rejects.toMatchObject({ code: 'password.wrong' });
    await expect(reset(supervisor.accountId, SUPERVISOR.password)).rejects.toMatchObject({
      code: 'account.unknown',
    });
    const { oneTime } = await reset(operator.accountId, SUPERVISOR.password);
    expect(oneTime).toMatch(/^[a-z2-9]{5}-[a-z2-9]{5}$/);
    await expect(login(OPERATOR)).rejects.toMatchObject({ code: 'login.wrong' });
    expect((await login({ ...OPERATOR, password: oneTime })).mustChange).toBe(true);
    expect(acts(test1).find(({ what }) => what === 'account.reset')).toMatchObject({
      by_account: supervisor.accountId,
      subject: operator.accountId,
    });
    // What was given stands nowhere but on the paper.
    expect(JSON.stringify([acts(test1), test1.api.journal.pending(9)])).not.toContain(oneTime);
    expect(new Set(Array.from({ length: 200 }, oneTimePassword)).size).toBe(200);
  });

  test('reaches the center by the journal and the other station by its reference data', async () => {
    const first = await office({ residents: 5 });
    const code = await first.center.activationCode('Meja 2');
    const second = await office({ center: first.center, code });
    const demo = (role: string) =>
      DEMO_ACCOUNTS.find((one) => one.role === role) ?? { username: '', password: '' };
    const at = border(first.test.store, Date.now);
    const caller = await at.login(demo('supervisor'));
    const operator = first.test.api.accounts.byUsername(demo('operator').username);
    if (operator === null) throw new Error('no operator');
    const { password } = demo('supervisor');
    const { oneTime } = await at.handlers['accounts.reset']({ accountId: operator.id, password }, caller);
    await first.engine.syncNow();
    await when(first.engine, () => first.test.api.journal.pending(1).length === 0);
    const there = border(second.test.store, Date.now);
    const given = { username: demo('operator').username, password: oneTime };
    const isThere = () => second.test.api.accounts.byUsername(given.username)?.mustChange === true;
    while (!isThere()) await second.engine.syncNow();
    const session = await there.login(given);
    await there.handlers['session.changePassword']({ current: null, password: 'milik sendiri' }, session);
    // Until the center has heard of it, what it sends is older and changes nothing.
    expect(second.test.api.accounts.byUsername(given.username)?.mustChange).toBe(false);
    await second.engine.syncNow();
    const isBack = () => first.test.api.accounts.byUsername(given.username)?.mustChange === false;
    while (!isBack()) await first.engine.syncNow();
    expect((await at.login({ ...given, password: 'milik sendiri' })).mustChange).toBe(false);
  });
});

describe('a second person', () => {
  test('is another account, one of the two a supervisor, with a password that nobody else knows', async () => {
    const test1 = await station();
    const { login, fourEyes } = border(test1.store);
    const supervisor = await login(SUPERVISOR);
    const ask = (caller: DeskSession, second: { username: string; password: string }) =>
      fourEyes(caller, second, 'audit.exported');
    await expect(ask(supervisor, SUPERVISOR)).rejects.toMatchObject({ code: 'second.same' });
    await expect(ask(supervisor, { ...OPERATOR, password: 'x' })).rejects.toMatchObject({
      code: 'login.wrong',
    });
    expect(await ask(supervisor, OPERATOR)).toMatchObject({ id: test1.operator.accountId });
    expect(acts(test1).at(-1)).toEqual({
      what: 'second.confirmed',
      by_account: test1.operator.accountId,
      subject: test1.supervisor.accountId,
      detail: 'audit.exported',
    });
    const other = { ...supervisor, accountId: test1.supervisor.accountId, role: 'operator' } as const;
    await expect(ask(other, OPERATOR)).rejects.toMatchObject({ code: 'second.noSupervisor' });
    test1.api.accounts.setPassword({
      id: test1.operator.accountId,
      hash: await hashPassword('sekali pakai'),
      by: test1.supervisor.accountId,
      now: TEST_NOW,
    });
    await expect(ask(supervisor, { ...OPERATOR, password: 'sekali pakai' })).rejects.toMatchObject({
      code: 'second.mustChange',
    });
  });
});
