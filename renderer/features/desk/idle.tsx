import { IconIdBadge2 } from '@tabler/icons-react';
import { useApp } from '../../app-state.ts';
import { ErrorNotice, Notice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import { useDesk } from './desk-store.ts';
import classes from './desk.module.css';

export function Idle({ opening }: { opening: boolean }) {
  const { t } = useWords();
  const error = useDesk((state) => state.error);
  const vaultFailed = useApp((state) => state.vaultFailed);
  return (
    <div className={classes['idle']}>
      {error !== null && <ErrorNotice error={error} />}
      {vaultFailed && <Notice>{t('desk/vaultFailed')}</Notice>}
      <div className={classes['idleCenter']}>
        <IconIdBadge2 size={48} stroke={1.25} aria-hidden />
        <h1 className={classes['idleTitle']}>{t(opening ? 'desk/opening' : 'desk/idleTitle')}</h1>
        {!opening && <p>{t('desk/idle')}</p>}
      </div>
    </div>
  );
}
