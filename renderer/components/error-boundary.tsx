import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { words } from '../i18n/words.ts';
import classes from './components.module.css';
import { Notice } from './notice.tsx';

/** A defect in the window itself: said in words, and a reload brings back the session and the draft. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    const { t } = words();
    return (
      <main className={classes['fatal']}>
        <Notice tone="now" code="internal">
          {t('app/fatal')}
        </Notice>
        <Button onClick={() => window.location.reload()}>{t('app/reload')}</Button>
      </main>
    );
  }
}
