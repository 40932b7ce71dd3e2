import type { Work } from '../../../drafts/work.ts';
import { useWords } from '../../../i18n/words.ts';
import { UNAPPROVED } from '../corrections.ts';
import { commitWork } from '../desk-store.ts';
import type { Scan } from '../scan/scan-work.tsx';
import { withOverride } from '../scan/scan-view.ts';
import { ReasonPanel } from './reason-panel.tsx';

/** Below the threshold before the policy's attempts were made: kept all the same, with a reason that the review shows. */
export function KeepLowPanel({
  work,
  scan: { step, view, limits },
  onClose,
}: {
  work: Work;
  scan: Scan;
  onClose: () => void;
}) {
  const { t, f } = useWords();
  const keep = (reason: string) => {
    const put = withOverride(step, work.state().captures, reason, limits);
    // The index fingers come after the approval and are no part of what was approved.
    work.update(step === 'verify' ? {} : UNAPPROVED, { put });
    void commitWork(work);
    onClose();
    return null;
  };
  return (
    <ReasonPanel
      title={t('scan/keepTitle')}
      explanation={t('scan/keepWhy', { n: f.number(view.attempts), max: f.number(limits.maxAttempts) })}
      label={t('scan/keepReason')}
      submit={t('scan/keep')}
      onReason={keep}
      onClose={onClose}
    />
  );
}
