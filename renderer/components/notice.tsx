import { Button } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle, IconUrgent } from '@tabler/icons-react';
import type { ErrorShape } from '../../app/errors.ts';
import { useWords } from '../i18n/words.ts';
import classes from './components.module.css';

const ICONS = { info: IconInfoCircle, act: IconAlertTriangle, now: IconUrgent } as const;

/** A sentence in place: it never floats over an action. */
export function Notice({
  tone = 'info',
  children,
  code,
  action,
  title,
  quiet = false,
}: {
  tone?: keyof typeof ICONS;
  title?: string;
  /** Not spoken when it changes. */
  quiet?: boolean;
  children: React.ReactNode;
  code?: string;
  action?: { readonly label: string; readonly run: () => void } | undefined;
}) {
  const { t } = useWords();
  const Mark = ICONS[tone];
  return (
    <div className={classes['notice']} data-tone={tone} role={tone === 'info' || quiet ? 'note' : 'alert'}>
      <Mark size={20} aria-hidden className={classes['noticeIcon']} />
      <div className={classes['noticeText']}>
        {title !== undefined && <strong>{title}</strong>}
        <div>{children}</div>
        {code !== undefined && <small className={classes['code']}>{t('app/code', { code })}</small>}
      </div>
      {action !== undefined && (
        <Button variant="default" onClick={action.run}>
          {action.label}
        </Button>
      )}
    </div>
  );
}

/** Errors where something would be lost, or nobody but support can go on, are red; all others ask calmly for a hand. */
export function ErrorNotice({
  error,
  onRetry,
  counting = false,
}: {
  error: ErrorShape;
  onRetry?: (() => void) | undefined;
  /** The sentence holds seconds that run: whoever shows it says it once. */
  counting?: boolean;
}) {
  const { t, error: sentence } = useWords();
  const urgent =
    error.hint === 'freeDisk' || error.code.startsWith('store.') || error.code.startsWith('key.');
  return (
    <Notice
      tone={urgent ? 'now' : 'act'}
      code={error.code}
      quiet={counting}
      action={onRetry === undefined ? undefined : { label: t('common/again'), run: onRetry }}
    >
      {sentence(error)}
    </Notice>
  );
}
