import type { BiodataField } from '../../../app/enrollment/biodata.ts';
import { biodataSchema } from '../../../app/enrollment/biodata.ts';
import { PART_NAMES, type PartName } from '../../../app/enrollment/biometrics.ts';
import type { TaskRow } from '../../../app/ipc/contract.ts';
import { OUTCOME_REASONS, type Outcome } from '../../../app/sync/protocol.ts';
import type { Vocabulary } from '../../i18n/words.ts';

type Reasons = Outcome['reasons'];
type Reason = Reasons[number];

function isField(at: string): at is BiodataField {
  return Object.hasOwn(biodataSchema.shape, at);
}
function isPart(at: string): at is PartName {
  return (PART_NAMES as readonly string[]).includes(at);
}

function place(at: string | null, { t }: Vocabulary): string {
  if (at === null) return t('task/unnamed');
  if (isField(at)) return t(`field/${at}`);
  return isPart(at) ? t(`part/${at}`) : t('task/unnamed');
}

/** What the center said, a sentence each. Reasons of one kind stand in one sentence. */
export function saidByCenter(reasons: Reasons, vocabulary: Vocabulary): string[] {
  const codeOf = ({ code }: Reason) => OUTCOME_REASONS.find((known) => known === code) ?? 'other';
  const codes = [...new Set(reasons.map(codeOf))];
  const { t } = vocabulary;
  const said = codes.map((code) => {
    const at = reasons
      .filter((reason) => codeOf(reason) === code)
      .map((reason) => place(reason.at, vocabulary));
    return t(`task/said/${code}`, { at: [...new Set(at)].join(', ') });
  });
  return said.length === 0 ? [t('task/said/other')] : said;
}

/** The one field that nobody corrects at the desk: it is another person's recording, or the center's to mend. */
export function isNikUnknown(reasons: Reasons): boolean {
  return reasons.some(({ code }) => code === 'nik.unknown');
}

/** What a task is, in two or three words. */
export function kindOfTask({
  verdict,
  remedy,
}: Pick<TaskRow, 'verdict' | 'remedy'>): 'duplicate' | 'returned' | 'recapture' | 'amend' {
  if (verdict !== 'rejected') return verdict;
  return remedy === 'amend' ? 'amend' : 'recapture';
}

/** What to do, step by step. */
export function stepsOfTask(
  task: Pick<TaskRow, 'verdict' | 'remedy' | 'reasons' | 'biodata' | 'parts'>,
  vocabulary: Vocabulary,
): string[] {
  const { t } = vocabulary;
  switch (kindOfTask(task)) {
    case 'duplicate':
      return [t('task/do/compare'), t('task/do/same'), t('task/do/other')];
    case 'returned':
    case 'recapture':
      return [t('task/do/invite'), t('task/do/whole')];
    case 'amend':
      return [
        ...(isNikUnknown(task.reasons) ? [t('task/do/nik'), t('task/do/nikRight')] : []),
        ...(task.biodata && !isNikUnknown(task.reasons) ? [t('task/do/biodata')] : []),
        ...(task.parts.length > 0
          ? [
              t('task/do/invite'),
              t('task/do/parts', { parts: task.parts.map((part) => t(`part/${part}`)).join(', ') }),
            ]
          : [t('task/do/noCapture')]),
        t('task/do/approve'),
      ];
  }
}
