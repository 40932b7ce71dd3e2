// What a supervisor sets: counts at once where the policy is asked, is on record once, and is never weaker than the center asks.
import { describe, expect, test } from 'vitest';
import { LISTED_SETTINGS, type SettingChange } from '../../app/desk/settings.ts';
import { settingHandlers } from '../../main/ipc/settings.ts';
import type { DeskSession } from '../../main/security/sessions.ts';
import { LAST_CHANGE } from '../../main/store/setting-changes.ts';
import { freshStore } from '../helpers/fresh-store.ts';
import { completeDraft, recordDraft, testCaptures, TEST_NOW as NOW } from '../helpers/store.ts';

const store = freshStore({ residents: 4 });
const handlers = () => settingHandlers({ store: store.store, now: () => NOW });
const supervisor = (): DeskSession => ({
  ...store.supervisor,
  ...{ username: 'penyelia', role: 'supervisor', training: false, mustChange: false },
});
const change = (request: SettingChange) => handlers()['settings.change'](request, supervisor());
const entries = () =>
  store.db.all<{ subject: string; detail: string }>(
    "SELECT by_account, subject, detail FROM audit WHERE what = 'setting.changed' ORDER BY sequence",
  );
const policyFromCenter = (over: object) =>
  store.api.reference.apply(
    [{ type: 'policy', policy: { ...store.activation.policy, ...over } } as never],
    null,
    NOW,
  );

describe('a setting', () => {
  test('is on record once, with what it was and is, and names who changed it last', async () => {
    const before = await handlers()['settings.read'](undefined, supervisor());
    expect(before).toMatchObject({ own: { fingerThreshold: null }, changes: [] });
    const after = await change({ key: 'fingerThreshold', value: 75 });
    expect(after).toMatchObject({
      center: { fingerThreshold: 60 },
      own: { fingerThreshold: 75 },
      inForce: { fingerThreshold: 75, irisThreshold: 50 },
      changes: [{ key: 'fingerThreshold', by: store.supervisor.name, at: new Date(NOW).toISOString() }],
    });
    // The same again is no change.
    await change({ key: 'fingerThreshold', value: 75 });
    await change({ key: 'fingerThreshold', value: null });
    expect(store.api.station.policy()?.inForce.fingerThreshold).toBe(60);
    expect(entries()).toEqual([
      {
        by_account: store.supervisor.accountId,
        subject: 'fingerThreshold',
        detail: '{"before":null,"after":"75"}',
      },
      {
        by_account: store.supervisor.accountId,
        subject: 'fingerThreshold',
        detail: '{"before":"75","after":null}',
      },
    ]);
    expect(store.api.audit.verify()).toBeNull();
  });

  test.each([
    ['fingerThreshold', 59],
    ['fingerThreshold', 91],
    ['irisThreshold', 0],
    ['maxAttempts', 2],
    ['retentionDays', 29],
    ['idleLockMinutes', 11],
    ['idleLockMinutes', 0],
  ] as const)('%s %i is refused, and nothing is on record', async (key, value) => {
    await expect(change({ key, value })).rejects.toMatchObject({ code: 'setting.range' });
    expect(entries()).toEqual([]);
    expect(store.api.station.policy()?.inForce).toEqual(store.activation.policy);
  });

  test('gives way where the center asks for more, and counts again where it asks for less', async () => {
    await change({ key: 'retentionDays', value: 90 });
    policyFromCenter({ retentionDays: 120 });
    expect(store.api.station.policy()?.inForce.retentionDays).toBe(120);
    policyFromCenter({ retentionDays: 7 });
    expect(store.api.station.policy()?.inForce.retentionDays).toBe(90);
  });

  test('that cannot be read leaves the center’s', () => {
    store.api.station.set('maxAttempts', 'x');
    store.api.station.set('stepOrder', '["photo"]');
    expect(store.api.station.policy()?.inForce).toEqual(store.activation.policy);
  });

  test('of the audit log is found by its index, however long the log', () => {
    const plan = store.db.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${LAST_CHANGE}`, 'calendar');
    expect(plan.map(({ detail }) => detail).join('\n')).toContain('audit_subject');
    expect(plan.map(({ detail }) => detail).join('\n')).not.toContain('TEMP B-TREE');
    store.api.station.setByHand('language', 'en', store.supervisor.accountId, NOW);
    expect(store.api.station.lastChanges(LISTED_SETTINGS)).toMatchObject([
      { key: 'language', by: store.supervisor.name },
    ]);
    expect(
      store.api.audit.list({
        by: null,
        acts: ['setting.changed'],
        from: null,
        until: null,
        offset: 0,
        limit: 1,
      }).rows[0]?.about,
    ).toEqual({ kind: 'setting', key: 'language' });
    // As versions before wrote it of the login, where a language is nobody's act.
    const byNobody = { by: null, what: 'setting.changed' as const, subject: 'autostart' };
    store.api.audit.append({ ...byNobody, at: NOW, detail: '{"before":null,"after":"off"}' });
    expect(store.api.station.lastChanges(LISTED_SETTINGS)).toHaveLength(1);
  });
});

test('a stricter threshold counts for the very next record', async () => {
  const [nik = ''] = store.niks;
  const captures = testCaptures().map((capture) =>
    capture.part.name === 'iris.left' ? { ...capture, part: { ...capture.part, quality: 60 } } : capture,
  );
  const draft = await completeDraft(store, nik, { captures });
  await change({ key: 'irisThreshold', value: 70 });
  await expect(recordDraft(store, draft)).rejects.toMatchObject({
    ...{ code: 'draft.incomplete', params: { parts: 'iris.left', reason: 'quality' } },
  });
  await change({ key: 'irisThreshold', value: null });
  await recordDraft(store, draft);
});
