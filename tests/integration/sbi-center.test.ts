import { expect, it } from 'vitest';
import { DEMO_KECAMATAN } from '../../center/demo/losari.ts';
import { seedDemo } from '../../center/demo/seed.ts';
import { startTestCenter, type TestCenter } from '../helpers/center.ts';
import { testAuthority } from '../helpers/scanner.ts';

/** Which providers' scanners a kecamatan believes is the center's policy; the demo's can be named when it starts. */
async function policyOf(center: TestCenter) {
  return center.running.db
    .selectFrom('kecamatan')
    .select(['policy', 'policy_change', 'last_change'])
    .where('kode', '=', DEMO_KECAMATAN.kode)
    .executeTakeFirstOrThrow();
}

it('seeds the demo with the anchors of the scanners at hand, and lets an older demo learn others', async () => {
  const center = await startTestCenter({ residents: 20 });
  const { anchor } = await testAuthority();
  const first = await policyOf(center);
  expect(first.policy.deviceAnchors).toEqual([anchor]);

  await seedDemo(center.running.db, { deviceAnchors: [anchor] });
  expect(await policyOf(center)).toEqual(first);

  await seedDemo(center.running.db, { deviceAnchors: ['b3RoZXI=', anchor] });
  const learned = await policyOf(center);
  expect(learned.policy).toEqual({ ...first.policy, deviceAnchors: ['b3RoZXI=', anchor] });
  // A change of its own, so that stations get it with their next delta.
  expect(Number(learned.policy_change)).toBe(Number(first.last_change) + 1);
  expect(Number(learned.last_change)).toBe(Number(first.last_change) + 1);

  await seedDemo(center.running.db, {});
  expect(await policyOf(center)).toEqual(learned);
  await seedDemo(center.running.db, { deviceAnchors: [anchor] });
  expect((await policyOf(center)).policy).toEqual(first.policy);
});
