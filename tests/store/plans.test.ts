import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  RECORDED_TIMES,
  PLACES_TAKEN,
  SUMMONS_GROUPS,
  SUMMONS_OF_DAY,
  SUMMONS_OF_GROUP,
  TICKET_BY_NUMBER,
  TICKETS_OF_DAY,
} from '../../main/store/desk.ts';
import { listedEntries } from '../../main/store/audit.ts';
import {
  FOUND_AMONG,
  LAST_DAY_OF_TICKETS,
  LAST_DAY_RECORDED,
  LATE_OF_DAY,
  PACKETS_OF_DAY,
} from '../../main/store/days.ts';
import type { SqlValues } from '../../main/store/database.ts';
import { LEFTOVER, UNMIRRORED } from '../../main/store/mirror.ts';
import { DUE, NEXT_DUE, WAITING } from '../../main/store/outbox.ts';
import { listed, MEASURED, RECORDED_TODAY } from '../../main/store/outbox-list.ts';
import { LINK_BETWEEN, RECORDED_AMONG } from '../../main/store/outages.ts';
import { ERASED_HERE } from '../../main/store/packets.ts';
import { NOT_SERVED, POWER_BETWEEN } from '../../main/store/power.ts';
import { KNOWN_BETWEEN, LAST_KNOWN, OWN_OPEN } from '../../main/store/progress.ts';
import {
  FIND_BY_NAME,
  FIND_BY_NIK,
  FIND_BY_WHOLE_NAME,
  FIND_BORN,
  FIND_IN_DESA,
  RESIDENT_BY_NIK,
} from '../../main/store/residents.ts';
import { REVIEWS_COUNT, REVIEWS_RETURNED, REVIEWS_WAITING } from '../../main/store/reviews.ts';
import { PLACES_OF_LIST, RECORDED_OF_LIST } from '../../main/store/schedule-import.ts';
import { RETURNED, TASK_COUNT, TASK_LIST, TASK_OF_RESIDENT } from '../../main/store/tasks.ts';
import { openTestStore, recordResident, type TestStore } from '../helpers/store.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore({ residents: 300 });
  for (const nik of store.niks.slice(0, 5)) await recordResident(store, nik);
});
afterAll(() => store.destroy());

function plan(sql: string, ...values: SqlValues): string[] {
  return store.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values).map(({ detail }) => detail);
}

describe('query plans', () => {
  const named = { now: 0, limit: 1, ignoreBackoff: 0, after: 0 };

  test('due packets come from the outbox index in order, without a sort', () => {
    const details = plan(DUE, named);
    expect(details[0]).toMatch(/(SCAN|SEARCH) o USING (COVERING )?INDEX outbox_waiting/);
    expect(details.join('\n')).not.toContain('TEMP B-TREE');
  });

  test('what waits for a supervisor comes from its index in order, without a sort', () => {
    const details = plan(REVIEWS_WAITING, 1000);
    expect(details[0]).toBe('SCAN r USING INDEX review_open');
    expect(details.filter((detail) => /^SCAN (?!r )|TEMP B-TREE/.test(detail))).toEqual([]);
  });

  test('all that waits comes from the outbox index in order, without a sort', () => {
    const details = plan(WAITING, 0, 1);
    expect(details[0]).toMatch(/(SCAN|SEARCH) o USING (COVERING )?INDEX outbox_waiting/);
    expect(details.join('\n')).not.toContain('TEMP B-TREE');
  });

  test('what has no second copy, and what is left of one, come from their own small indexes', () => {
    expect(plan(UNMIRRORED, 0, 1)).toEqual(['SEARCH packet USING INDEX packet_unmirrored (sequence>?)']);
    expect(plan(LEFTOVER, 1)).toEqual(['SCAN packet USING INDEX packet_mirror_leftover']);
  });

  test('the next due time and the number recorded today are read from an index alone', () => {
    expect(plan(NEXT_DUE).join('\n')).toContain('USING COVERING INDEX outbox_waiting');
    expect(plan(RECORDED_TODAY, 0, 1)).toEqual([
      'SEARCH packet USING COVERING INDEX packet_recorded (recorded_at>? AND recorded_at<?)',
    ]);
  });

  test('the size of the last packets is read newest first, without a sort', () => {
    const details = plan(MEASURED).join('\n');
    expect(details).toMatch(/SCAN packet USING INDEX sqlite_autoindex_packet_\d/);
    expect(details).not.toContain('TEMP B-TREE');
  });

  test.each([
    ['a NIK', RESIDENT_BY_NIK, ['1']],
    ['the beginning of a NIK', FIND_BY_NIK, ['320903', '320903', 5]],
    ['a whole name', FIND_BY_WHOLE_NAME, ['SITI', 5]],
    ['a name', FIND_BY_NAME, ['"siti"*', 5]],
    ['a name in a desa', FIND_IN_DESA, ['["32.09.03.2005"]', '1980', '1981', '"siti"*', 5]],
    ['a name with a year', FIND_BORN, ['"siti"*', '1980', '1981', 5]],
    ['the tickets of a day', TICKETS_OF_DAY, ['2011-11-14']],
    ['the summons of a day', SUMMONS_OF_DAY, ['2011-11-14', 5]],
    ['their desa and sessions', SUMMONS_GROUPS, ['2011-11-14']],
    ['how full the sessions are', PLACES_TAKEN, ['2011-11-14', '2011-12-12', '2011-11-14']],
    ['one ticket', TICKET_BY_NUMBER, ['2011-11-14', 1]],
    [
      'packets by sequence',
      'SELECT packet_id FROM packet WHERE sequence BETWEEN ? AND ? ORDER BY sequence',
      [1, 5],
    ],
    ['what was recorded today', RECORDED_TODAY, [0, 1]],
    ['when the last of today were recorded', RECORDED_TIMES, [0, 50]],
    ['how much came back', TASK_COUNT, []],
    ['how many wait for a supervisor', REVIEWS_COUNT, []],
    ['what it wants mended of a resident', TASK_OF_RESIDENT, ['1']],
    [
      'a state of packets',
      'SELECT count(*), sum(size), min(recorded_at) FROM packet WHERE state = ?',
      ['recorded'],
    ],
    ['the packets of a day', PACKETS_OF_DAY, ['2011-11-14']],
    ['what came late on a day', LATE_OF_DAY, ['2011-11-14', 1]],
    ['the last day with recordings', LAST_DAY_RECORDED, ['2011-11-14']],
    ['the last day with tickets', LAST_DAY_OF_TICKETS, ['2011-11-14']],
    ['what reconcile found among numbers', FOUND_AMONG, [5]],
    ['who was recorded in one', RECORDED_AMONG, [1, 5]],
    ['who waited when the power went', NOT_SERVED, ['2011-11-14']],
    ['the last receipt', 'SELECT max(received_at) FROM packet WHERE received_at IS NOT NULL', []],
  ])('%s: no table is scanned and nothing is sorted', (_, sql, values) => {
    const details = plan(sql, ...values);
    expect(
      details.filter((detail) => /^SCAN (?!f$|resident_name VIRTUAL|json_each VIRTUAL)/.test(detail)),
    ).toEqual([]);
    expect(details.join('\n')).not.toContain('TEMP B-TREE');
  });

  test('the outages of a month are found by their beginning, in order', () => {
    const month = { from: 1, until: 2 };
    expect(plan(LINK_BETWEEN, month)).toEqual(['SEARCH outage USING INDEX outage_desk (desk_started_at<?)']);
    expect(plan(POWER_BETWEEN, month)).toEqual([
      'SEARCH power_outage USING INDEX power_outage_started (started_at<?)',
    ]);
  });

  test('the summons of one desa and session are found by index and only they are sorted', () => {
    const details = plan(SUMMONS_OF_GROUP, '2011-11-14', 'pagi', '32.09.03.2005', 5, 0);
    expect(details[0]).toBe('SEARCH s USING COVERING INDEX summons_date (date=? AND session=? AND desa=?)');
    expect(details.filter((detail) => detail.startsWith('SCAN'))).toEqual([]);
    expect(details.filter((detail) => detail.includes('TEMP B-TREE'))).toHaveLength(1);
  });

  test('how far the register is by day is counted in an index alone', () => {
    expect(plan(KNOWN_BETWEEN, '[]')).toContain(
      'SEARCH resident USING COVERING INDEX resident_recorded_at (recorded_at>? AND recorded_at<?)',
    );
    expect(plan(LAST_KNOWN)).toEqual([
      'SEARCH resident USING COVERING INDEX resident_recorded_at (recorded_at>?)',
    ]);
    expect(plan(OWN_OPEN, 0).filter((detail) => detail.startsWith('SCAN'))).toEqual([]);
  });

  test('who was erased is found by index, for a whole list at once', () => {
    expect(plan(ERASED_HERE, '[]').filter((detail) => detail.startsWith('SCAN'))).toEqual([
      expect.stringMatching(/^SCAN asked VIRTUAL TABLE/),
    ]);
  });

  test.each([
    ['all of it', 'all', '', /^SCAN p USING (COVERING )?INDEX packet_list$/],
    ['what is at the center', 'received', '', /^SCAN p USING (COVERING )?INDEX packet_list$/],
    ['a name', 'pending', 'SITI', /^SCAN e USING COVERING INDEX enrollment_named$/],
  ] as const)('the outbox is counted and paged in a narrow index: %s', (_, filter, search, expected) => {
    const { sql, values } = listed(filter, search);
    for (const details of [
      plan(`SELECT count(*) ${sql}`, ...values),
      plan(`SELECT p.packet_id ${sql} ORDER BY p.sequence DESC LIMIT 1 OFFSET 1`, ...values),
    ]) {
      const scans = details.filter((detail) => /^SCAN (?!json_each VIRTUAL)/.test(detail));
      expect(scans).toEqual([expect.stringMatching(expected)]);
    }
  });

  const anything = { by: null, acts: null, from: null, until: null };
  test.each([
    ['all of it', anything, /^SCAN (a|audit) USING COVERING INDEX audit_/],
    ['a person', { ...anything, by: '1' }, /^SCAN a USING COVERING INDEX audit_list$/],
    ['some acts', { ...anything, acts: '[]' }, /^SCAN a USING COVERING INDEX audit_list$/],
    ['acts of some days', { ...anything, acts: '[]', from: 1 }, /^SCAN a USING COVERING INDEX audit_list$/],
    ['some days', { ...anything, from: 1, until: 2 }, /^SEARCH a USING COVERING INDEX audit_at /],
  ] as const)('the audit log is counted and paged in a narrow index: %s', (_, chosen, expected) => {
    const entries = listedEntries(chosen);
    expect(plan(`SELECT count(*) ${entries}`, chosen)[0]).toMatch(expected);
    const page = plan(`SELECT a.sequence ${entries} ORDER BY a.sequence DESC LIMIT 1`, chosen);
    expect(page[0]).toMatch(expected);
  });

  test('what is known of a whole list at once is found by index', () => {
    const details = [...plan(RECORDED_OF_LIST, '[]', '[]'), ...plan(PLACES_OF_LIST, '[]', '2011-11-14')];
    expect(details.filter((detail) => detail.startsWith('SCAN'))).toEqual(
      Array.from({ length: 3 }, () => expect.stringMatching(/^SCAN asked VIRTUAL TABLE/) as string),
    );
  });

  test('what came back is found by index, and only that is sorted', () => {
    expect(plan(TASK_LIST, 5).filter((detail) => detail.startsWith('SCAN'))).toEqual([]);
    const returned = [...plan(REVIEWS_RETURNED, 5), ...plan(RETURNED, { of: '1' })];
    expect(returned.filter((detail) => detail.startsWith('SCAN'))).toEqual([]);
  });

  test('control: a search without an index is seen as a scan', () => {
    expect(plan("SELECT nik FROM resident WHERE alamat = 'x'").join('\n')).toMatch(/^SCAN resident/);
  });
});
