import { useWords } from '../../i18n/words.ts';
import classes from './progress.module.css';

interface Props {
  /** 0 Sunday to 6 Saturday. */
  weekday: 0 | 1 | 2 | 3 | 4 | 5 | 6;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
}

export function WeekdayBox({ weekday, isChecked, onChange }: Props) {
  const { t } = useWords();
  return (
    <label className={classes['weekday']}>
      <input
        type="checkbox"
        checked={isChecked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      {t(`progress/weekday_${weekday}`)}
    </label>
  );
}
