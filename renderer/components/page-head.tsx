import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useWords } from '../i18n/words.ts';
import classes from './components.module.css';

interface Props {
  title: string;
  /** What the page is for, in a sentence. */
  lead: string;
  onBack: () => void;
}

/** The head of a page that one comes back from. The focus begins at its title, so that it is read aloud. */
export function PageHead({ title, lead, onBack }: Props) {
  const { t } = useWords();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <header className={classes['pageHead']}>
      <div>
        <h1 ref={heading} tabIndex={-1} className={classes['pageTitle']}>
          {title}
        </h1>
        <p className={classes['pageLead']}>{lead}</p>
      </div>
      <Button variant="subtle" onClick={onBack}>
        {t('common/back')}
      </Button>
    </header>
  );
}
