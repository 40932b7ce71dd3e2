import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nikSchema } from '../../app/enrollment/nik.ts';
import { accountIdSchema, stationIdSchema } from '../../app/ids.ts';
import { createAccountStore, lockMs } from '../../main/store/accounts.ts';
import { matchExpression } from '../../main/store/residents.ts';
import { v4 as uuidv4 } from 'uuid';
import { freshStore } from '../helpers/fresh-store.ts';
import {
  completeDraft,
  LOSARI,
  newPacketId,
  recordResident,
  testBiodata,
  TEST_DATE,
  TEST_NOW,
} from '../helpers/store.ts';

const test1 = freshStore({ residents: 40 });

const at = (index: number): string => test1.niks[index] ?? '';

describe('station', () => {
  test('is activated once and keeps what the center said', async () => {
    expect(test1.api.station.record()?.activation).toEqual(test1.activation);
    expect(JSON.parse(test1.api.station.setting('policy') ?? '')).toEqual(test1.activation.policy);
    const again = { activation: test1.activation, centerUrl: 'http://127.0.0.1:1', caPem: null };
    await expect(test1.store.station.activate(again, TEST_NOW)).rejects.toMatchObject({
      code: 'activation.done',
    });
  });

  test('tells of a run that did not end by itself, with the drafts that wait', async () => {
    expect(test1.api.station.begin(TEST_NOW)).toEqual({ uncleanStop: null });
    test1.api.station.alive(TEST_NOW + 60_000, TEST_NOW + 60_000);
    await completeDraft(test1, at(0));
    const after = test1.reopen();
    expect(after.api.station.begin(TEST_NOW + 90_000)).toEqual({
      uncleanStop: { lastAliveAt: TEST_NOW + 60_000, drafts: 1 },
    });
    after.api.station.end(TEST_NOW + 91_000, TEST_NOW + 91_000);
    expect(after.api.station.begin(TEST_NOW + 92_000)).toEqual({ uncleanStop: null });
    after.close();
  });

  test('frees at its start what the run before had taken', async () => {
    const { packetId } = await recordResident(test1, at(0));
    expect(test1.api.outbox.lease(packetId, TEST_NOW, 60_000)?.state).toBe('sending');
    expect(test1.api.outbox.due(TEST_NOW, 10, true)).toEqual([]);
    test1.api.station.begin(TEST_NOW);
    expect(test1.api.outbox.due(TEST_NOW, 10, false)).toMatchObject([{ packetId, state: 'recorded' }]);
  });
});

describe('accounts', () => {
  test('a name is found in any case, an inactive one never', () => {
    expect(test1.api.accounts.count()).toBe(2);
    expect(test1.api.accounts.byUsername('OPERATOR')).toMatchObject({ role: 'operator', failures: 0 });
    const account = test1.api.accounts.byUsername('operator');
    const line = {
      type: 'account',
      id: test1.operator.accountId,
      username: 'operator',
      name: 'X',
      role: 'operator',
      mustChange: false,
    } as const;
    test1.api.reference.apply([{ ...line, hash: account?.hash ?? '', active: false }], null, TEST_NOW);
    expect(test1.api.accounts.byUsername('operator')).toBeNull();
    expect(test1.api.accounts.count()).toBe(1);
  });

  test('the lock grows from the fifth wrong password: 30 s, doubling, a quarter of an hour at most', () => {
    expect([1, 4, 5, 6, 7, 8, 9, 10, 60].map(lockMs)).toEqual([
      0, 0, 30_000, 60_000, 120_000, 240_000, 480_000, 900_000, 900_000,
    ]);
    const { accountId } = test1.operator;
    const locks = [1, 2, 3, 4, 5, 6].map(() => test1.api.accounts.failed(accountId, TEST_NOW).lockedMs);
    expect(locks).toEqual([0, 0, 0, 0, 30_000, 60_000]);
    expect(test1.api.accounts.byUsername('operator')).toMatchObject({ failures: 6 });
  });

  test('no clock shortens or lengthens a lock: only the time that the station runs counts, over restarts too', () => {
    const { accountId } = test1.operator;
    let elapsed = 1_000;
    const accounts = createAccountStore(test1.db, () => elapsed);
    for (let n = 0; n < 5; n++) accounts.failed(accountId, TEST_NOW);
    const left = () => accounts.byUsername('operator')?.lockedMs;
    expect(left()).toBe(30_000);
    elapsed += 12_000;
    // A year back and a year on by the PC's clock, which the next wrong password carries.
    expect(left()).toBe(18_000);
    accounts.countLocks();
    expect(left()).toBe(18_000);
    // The next run: its own moments begin anew, and the lock goes on from where it was written down.
    let later = 5;
    const next = createAccountStore(test1.db, () => later);
    expect(next.byUsername('operator')?.lockedMs).toBe(18_000);
    later += 17_999;
    expect(next.byUsername('operator')?.lockedMs).toBe(1);
    expect(next.failed(accountId, TEST_NOW - 365 * 86_400_000).lockedMs).toBe(60_000);
    later += 60_001;
    expect(next.byUsername('operator')?.lockedMs).toBe(0);
  });

  test('a password of one’s own and one for a single login: here at once, in the journal, in the audit', () => {
    const { operator, supervisor, api } = test1;
    const id = operator.accountId;
    for (let n = 0; n < 5; n++) api.accounts.failed(id, TEST_NOW);
    api.accounts.setPassword({ id, hash: 'once', by: supervisor.accountId, now: TEST_NOW });
    expect(api.accounts.byUsername('operator')).toMatchObject({
      hash: 'once',
      mustChange: true,
      failures: 0,
      lockedMs: 0,
    });
    api.accounts.setPassword({ id, hash: 'own', by: id, now: TEST_NOW });
    // What the center sent before it heard of either.
    const line = { type: 'account', id, username: 'operator', name: 'X', role: 'operator' } as const;
    const stale = { ...line, hash: 'first', mustChange: true, active: true };
    api.reference.apply([stale], null, TEST_NOW);
    expect(api.accounts.byUsername('operator')).toMatchObject({ hash: 'own', mustChange: false });
    expect(api.journal.pending(10).map(({ fact }) => fact)).toMatchObject([
      { type: 'account-reset', hash: 'once', mustChange: true, by: supervisor.accountId },
      { type: 'account-reset', hash: 'own', mustChange: false, by: id },
    ]);
    const acts = test1.db.all<{ what: string }>(
      "SELECT what FROM audit WHERE what LIKE 'account.%' ORDER BY sequence",
    );
    expect(acts.map(({ what }) => what)).toEqual(['account.reset', 'account.passwordChanged']);
  });

  test('the lock outlives a delta and a restart, and ends with the right password or a new one', () => {
    const { accountId } = test1.operator;
    for (let n = 0; n < 5; n++) test1.api.accounts.failed(accountId, TEST_NOW);
    const line = {
      type: 'account',
      id: accountId,
      username: 'operator',
      name: 'X',
      role: 'operator',
      mustChange: false,
      active: true,
    } as const;
    const hash = test1.api.accounts.byUsername('operator')?.hash ?? '';
    test1.api.reference.apply([{ ...line, hash }], null, TEST_NOW);
    const after = test1.reopen();
    expect(after.api.accounts.byUsername('operator')?.lockedMs).toBeGreaterThan(0);
    after.api.accounts.loggedIn(accountId, TEST_NOW);
    expect(after.api.accounts.byUsername('operator')).toMatchObject({ failures: 0, lockedMs: 0 });
    for (let n = 0; n < 5; n++) after.api.accounts.failed(accountId, TEST_NOW);
    after.api.reference.apply([{ ...line, hash: 'another' }], null, TEST_NOW);
    expect(after.api.accounts.byUsername('operator')).toMatchObject({ failures: 0, lockedMs: 0 });
    after.close();
  });

  test('every login, failed login and logout is in the audit', () => {
    const { accountId } = test1.operator;
    test1.api.accounts.failed(accountId, TEST_NOW);
    test1.api.accounts.loggedIn(accountId, TEST_NOW);
    test1.api.accounts.loggedOut(accountId, TEST_NOW, 'idle');
    const acts = test1.db.all<{ what: string }>('SELECT what FROM audit ORDER BY sequence');
    expect(acts.map(({ what }) => what)).toEqual([
      'station.activated',
      'session.failed',
      'session.login',
      'session.logout',
    ]);
  });
});

describe('residents', () => {
  test('are found by NIK, by its first six digits or more, and not by fewer', () => {
    expect(test1.api.residents.count()).toBe(40);
    expect(test1.api.residents.find(at(3), 5).map(({ nik }) => nik)).toEqual([at(3)]);
    expect(test1.api.residents.find(at(3).replace(/(\d{4})/g, '$1 '), 5)).toHaveLength(1);
    expect(test1.api.residents.find('320903', 50)).toHaveLength(40);
    expect(test1.api.residents.find('320903', 7)).toHaveLength(7);
    expect(test1.api.residents.find('32090', 7)).toEqual([]);
    expect(test1.api.residents.find('9'.repeat(17), 7)).toEqual([]);
  });

  test('are found by the beginnings of name words in any order and case', () => {
    const names = (query: string) => test1.api.residents.find(query, 50).map(({ nama }) => nama);
    expect(names('AMI si')).toEqual(names('siti aminah'));
    expect(names('siti').length).toBe(7);
    expect(names('siti zz')).toEqual([]);
    expect(test1.api.residents.find('siti', 50)[0]).toMatchObject({ desaNama: 'Losari Lor', recorded: 'no' });
  });

  test('are told apart by desa and year of birth after the name, in any order, and by neither where nobody fits', () => {
    const ambulu = { ...testBiodata(36), desa: `${LOSARI}.2009`, tanggalLahir: '1981-05-02', rt: '007' };
    test1.api.reference.apply([{ type: 'resident', biodata: ambulu, recorded: null }], null, TEST_NOW);
    const first = ambulu.nama.split(' ')[0] ?? '';
    const found = (query: string) => test1.api.residents.find(query, 50).map(({ nik }) => nik);
    expect(found(first).length).toBeGreaterThan(1);
    for (const narrow of ['AMBULU 1981', '1981', 'ambu', '1981 Ambulu']) {
      expect([narrow, found(`${first} ${narrow}`)]).toEqual([narrow, [ambulu.nik]]);
    }
    expect(found(`${first} AMBULU 1979`)).toEqual([]);
    expect(found('AMBULU')).toEqual([]);
    expect(test1.api.residents.find(`${first} ambulu`, 1)[0]).toMatchObject({ rt: '007', rw: '002' });
    expect(test1.api.residents.matches(first, 3)).toBe(3);
    expect(test1.api.residents.matches(`${first} 1981`, 3)).toBeNull();
    expect(test1.api.residents.matches(ambulu.nik.slice(0, 8), 3)).toBeNull();
  });

  test('no text can break the search', () => {
    const syntax = fc.constantFrom(
      '"',
      "'",
      '*',
      '(',
      ')',
      '^',
      ':',
      '-',
      '+',
      '{',
      '}',
      'AND',
      'OR',
      'NOT',
      'NEAR(',
      'nama:',
      ' ',
      '\\',
      '\0',
      '%',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 100 }),
      fc
        .array(fc.oneof(syntax, fc.string({ maxLength: 5 })), { maxLength: 20 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (query) => {
        expect(test1.api.residents.find(query, 5).length).toBeLessThanOrEqual(5);
        expect(matchExpression(query) ?? '').toMatch(/^("[^"]+"\*( |$))*$/);
      }),
      { numRuns: 2000 },
    );
  });

  test('a name that changed is found by the new one alone', () => {
    const nik = at(0);
    const biodata = { ...testBiodata(0), nama: 'Zulaikha Permata' };
    test1.api.reference.apply([{ type: 'resident', biodata, recorded: null }], null, TEST_NOW);
    expect(test1.api.residents.find('zulai', 5).map((row) => row.nik)).toEqual([nik]);
    expect(test1.api.residents.find('siti', 50).map((row) => row.nik)).not.toContain(nik);
    test1.api.reference.apply([{ type: 'resident-gone', nik: nikSchema.parse(nik) }], null, TEST_NOW);
    expect(test1.api.residents.find('zulai', 5)).toEqual([]);
    expect(test1.api.residents.byNik(nik)).toBeNull();
  });

  test('a whole name stands first in any case and is there once, however many names begin so', () => {
    const biodata = { ...testBiodata(36), nama: 'SITI AMINAH' };
    test1.api.reference.apply([{ type: 'resident', biodata, recorded: null }], null, TEST_NOW);
    for (const query of ['SITI AMINAH', ' siti  aminah ']) {
      const found = test1.api.residents.find(query, 3).map(({ nik }) => nik);
      expect(found).toHaveLength(3);
      expect([found[0], new Set(found).size]).toEqual([at(36), 3]);
    }
  });

  test('where a recording is known: here before the center', async () => {
    const elsewhere = stationIdSchema.parse(uuidv4());
    const recorded = { at: '2011-11-10T02:00:00.000Z', stationId: elsewhere, packetId: newPacketId() };
    test1.api.reference.apply([{ type: 'resident', biodata: testBiodata(1), recorded }], null, TEST_NOW);
    expect(test1.api.residents.byNik(at(1))?.recorded).toEqual({
      where: 'center',
      at: recorded.at,
      stationId: elsewhere,
    });
    expect(test1.api.residents.find(at(1), 1)[0]?.recorded).toBe('center');
    await recordResident(test1, at(0));
    expect(test1.api.residents.byNik(at(0))?.recorded).toMatchObject({
      where: 'here',
      stationId: test1.activation.stationId,
    });
    expect(test1.api.residents.find(at(0), 1)[0]?.recorded).toBe('here');
  });
});

describe('desk', () => {
  test('lists who is summoned today and has neither ticket nor recording', async () => {
    const session = (index: number) => (index % 2 === 0 ? 'siang' : 'pagi');
    const summons = test1.niks.slice(0, 6).map((nik, index) => ({
      type: 'summons' as const,
      change: 'added' as const,
      summons: {
        nik: nikSchema.parse(nik),
        desa: '32.09.03.2005',
        date: TEST_DATE,
        session: session(index),
      } as const,
    }));
    const unknown = nikSchema.parse('3209031708450001');
    test1.api.reference.apply(
      [
        ...summons,
        {
          type: 'summons',
          change: 'added',
          summons: { nik: unknown, desa: '32.09.03.2005', date: TEST_DATE, session: 'pagi' },
        },
      ],
      null,
      TEST_NOW,
    );
    await recordResident(test1, at(0), { date: '2011-11-13' });
    await completeDraft(test1, at(1));
    const today = test1.api.desk.today(TEST_DATE, 3);
    expect(today.summonsTotal).toBe(5);
    expect(today.summons.map(({ session: of }) => of)).toEqual(['pagi', 'pagi', 'pagi']);
    expect(today.summons).toContainEqual({
      nik: unknown,
      nama: '',
      desa: '32.09.03.2005',
      session: 'pagi',
      recorded: false,
    });
    expect(today.tickets).toMatchObject([
      { number: 1, nik: at(1), state: 'serving', nama: testBiodata(1).nama },
    ]);
  });

  test('numbers start anew each day and one resident has one a day', async () => {
    await completeDraft(test1, at(0));
    await completeDraft(test1, at(1));
    await completeDraft(test1, at(1));
    expect(test1.api.desk.today(TEST_DATE, 5).tickets.map(({ number }) => number)).toEqual([1, 2]);
    await completeDraft(test1, at(2), { date: '2011-11-15' });
    expect(test1.api.desk.today('2011-11-15', 5).tickets.map(({ number }) => number)).toEqual([1]);
  });

  test('a change of a ticket is told to the center once and audited', async () => {
    await completeDraft(test1, at(0));
    const { accountId } = test1.operator;
    for (let n = 0; n < 2; n++)
      test1.api.desk.setTicket(TEST_DATE, 1, 'deferred', 'ke sawah', accountId, TEST_NOW);
    const facts = test1.api.journal.pending(10).map(({ fact }) => fact);
    expect(facts).toMatchObject([
      { state: 'serving' },
      { type: 'ticket', state: 'deferred', reason: 'ke sawah' },
    ]);
    const missing = test1.store.desk.setTicket(TEST_DATE, 9, 'absent', null, accountId, TEST_NOW);
    await expect(missing).rejects.toMatchObject({ code: 'request.invalid' });
  });
});

describe('audit', () => {
  test('the chain holds, and any change in it shows', () => {
    const by = accountIdSchema.parse(uuidv4());
    for (let n = 0; n < 30; n++)
      test1.api.audit.append({
        at: TEST_NOW + n,
        by,
        what: 'checkup.bundle',
        detail: String(n),
        subject: null,
      });
    expect(test1.api.audit.verify()).toBeNull();
    const head = test1.api.audit.head();
    test1.db.write((tx) => tx.run("UPDATE audit SET what = 'act.x' WHERE sequence = 12"));
    expect(test1.api.audit.verify()).toBe(12);
    expect(test1.api.audit.verify(5)).toBeNull();
    expect(test1.api.audit.verify(25)).toBe(12);
    test1.db.write((tx) => tx.run("UPDATE audit SET what = 'checkup.bundle' WHERE sequence = 12"));
    expect([test1.api.audit.verify(), test1.api.audit.head()]).toEqual([null, head]);
    test1.db.write((tx) => tx.run('DELETE FROM audit WHERE sequence = 20'));
    expect(test1.api.audit.verify()).toBe(20);
  });

  test('the fields of two entries cannot be shifted into each other', () => {
    const entry = { at: TEST_NOW, by: null, what: 'slip.failed', subject: 'bc' } as const;
    test1.api.audit.append(entry);
    const before = test1.api.audit.head();
    test1.db.write((tx) =>
      tx.run("UPDATE audit SET what = 'slip.failedb', subject = 'c' WHERE what = 'slip.failed'"),
    );
    expect(test1.api.audit.verify()).not.toBeNull();
    expect(test1.api.audit.head()).toBe(before);
  });
});
