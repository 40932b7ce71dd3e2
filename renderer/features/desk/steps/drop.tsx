import type { Work } from '../../../drafts/work.ts';
import { useWords } from '../../../i18n/words.ts';
import { dropDraft } from '../desk-store.ts';
import { ReasonPanel } from './reason-panel.tsx';

/** The one way in which captures go without being recorded: by a person, with a reason that main keeps. */
export function DropPanel({ work, onClose }: { work: Work; onClose: () => void }) {
  const { t } = useWords();
  return (
    <ReasonPanel
      title={t('desk/dropConfirm')}
      explanation={t('desk/dropWarn')}
      label={t('desk/dropReason')}
      submit={t('desk/dropConfirm')}
      destructive
      onReason={(reason) => dropDraft(work, reason)}
      onClose={onClose}
    />
  );
}
