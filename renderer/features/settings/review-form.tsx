import { Button } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { REVIEW_MODES, USUAL_REVIEW, type ReviewMode } from '../../../app/desk/review.ts';
import type { ErrorShape } from '../../../app/errors.ts';
import { announce } from '../../components/announcer.tsx';
import { useEscape } from '../../components/keys.ts';
import { ErrorNotice } from '../../components/notice.tsx';
import { useWords } from '../../i18n/words.ts';
import classes from './settings.module.css';
import { changeSetting } from './use-settings.ts';

/** Which packets a supervisor sees before they go: each choice with what it means. */
export function ReviewForm({ review, onClose }: { review: ReviewMode; onClose: () => void }) {
  const { t } = useWords();
  const [mode, setMode] = useState(review);
  const [error, setError] = useState<ErrorShape | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLInputElement>('input:checked')?.focus(), []);
  useEscape(onClose);
  const save = async () => {
    const refused = await changeSetting({ key: 'review', value: mode === USUAL_REVIEW ? null : mode });
    setError(refused);
    if (refused !== null) return;
    announce(t('settings/saved', { name: t('settings/name_review'), value: t(`settings/review_${mode}`) }));
    onClose();
  };
  return (
    <form
      ref={form}
      className={classes['form']}
      aria-label={t('settings/name_review')}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <fieldset className={classes['choices']}>
        <legend className="visually-hidden">{t('settings/name_review')}</legend>
        {REVIEW_MODES.map((name) => (
          <div key={name} className={classes['choice']}>
            <input
              id={`review-${name}`}
              type="radio"
              name="review"
              checked={mode === name}
              aria-describedby={`review-about-${name}`}
              onChange={() => setMode(name)}
            />
            <label htmlFor={`review-${name}`}>{t(`settings/review_${name}`)}</label>
            <small id={`review-about-${name}`} className={classes['quiet']}>
              {t(`settings/reviewAbout_${name}`)}
            </small>
          </div>
        ))}
      </fieldset>
      {error !== null && <ErrorNotice error={error} />}
      <div className={classes['actions']}>
        <Button variant="default" onClick={onClose}>
          {t('common/cancel')}
        </Button>
        <Button type="submit">{t('settings/save')}</Button>
      </div>
    </form>
  );
}
