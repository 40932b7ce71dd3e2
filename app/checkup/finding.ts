import { z } from 'zod';

/** ok: nothing to do · look: somebody should, in their own time · broken: somebody must, now. */
export type Verdict = 'ok' | 'look' | 'broken';

/** What is looked at, in the order of the screen and of `npm run doctor`. */
export const CHECKS = [
  'keys',
  'database',
  'audit',
  'disk',
  'mirror',
  'clock',
  'camera',
  'devices',
  'link',
  'versions',
] as const;
export type CheckName = (typeof CHECKS)[number];

/** Everything that a check can come to. Words for each, in both languages: words.ts. */
export const FINDINGS = {
  'keys.keystore': 'ok',
  'keys.file': 'look',
  'keys.wrapped': 'look',
  'keys.missing': 'broken',
  'keys.unreadable': 'broken',
  'database.sound': 'ok',
  'database.none': 'look',
  'database.unopened': 'look',
  'database.damaged': 'broken',
  'database.wrongKey': 'broken',
  'database.newer': 'broken',
  'audit.whole': 'ok',
  'audit.unread': 'look',
  'audit.broken': 'broken',
  'audit.unanchored': 'broken',
  'disk.enough': 'ok',
  'disk.low': 'look',
  'disk.unread': 'look',
  'disk.stops': 'broken',
  'mirror.safe': 'ok',
  'mirror.behind': 'ok',
  'mirror.looking': 'ok',
  'mirror.none': 'look',
  'mirror.same': 'look',
  'mirror.trouble': 'look',
  'mirror.unread': 'look',
  'clock.right': 'ok',
  'clock.unknown': 'look',
  'clock.off': 'look',
  'camera.there': 'ok',
  /** Only the window can see one. */
  'camera.unseen': 'ok',
  'camera.none': 'look',
  'devices.ready': 'ok',
  'devices.none': 'look',
  'devices.notReady': 'look',
  'link.online': 'ok',
  'link.offline': 'look',
  'link.unknown': 'look',
  'link.inactive': 'look',
  'link.refused': 'broken',
  'versions.release': 'ok',
  'versions.development': 'look',
} as const satisfies Record<`${CheckName}.${string}`, Verdict>;
export type FindingCode = keyof typeof FINDINGS;
export const FINDING_CODES = Object.keys(FINDINGS) as [FindingCode, ...FindingCode[]];

export const checkupFindingSchema = z.object({
  check: z.enum(CHECKS),
  code: z.enum(FINDING_CODES),
  /** What its sentence needs: counts and versions, never anything about a person. */
  params: z.record(z.string(), z.union([z.number(), z.string().max(60)])),
});
export type CheckupFinding = z.infer<typeof checkupFindingSchema>;

export function verdictOf({ code }: Pick<CheckupFinding, 'code'>): Verdict {
  return FINDINGS[code];
}

/** The worst of them: what one line about the whole station would say. */
export function worst(findings: readonly CheckupFinding[]): Verdict {
  const verdicts = findings.map(verdictOf);
  return verdicts.includes('broken') ? 'broken' : verdicts.includes('look') ? 'look' : 'ok';
}
