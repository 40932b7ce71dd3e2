import { Button } from '@mantine/core';
import { IconCornerDownLeft } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import { usePrimaryKey } from '../../components/keys.ts';
import classes from './desk.module.css';

export interface Primary {
  readonly label: string;
  readonly run: () => void;
  readonly disabled?: boolean;
  readonly busy?: boolean;
}

/**
 * One step: heading, work, and one primary action bottom right, on Enter. The focus is on that action where it can be
 * done, else on the heading, and comes back to it when the action was busy or changed.
 */
export function StepFrame({
  heading,
  children,
  quiet,
  primary,
  secondary,
}: {
  heading: string;
  children: React.ReactNode;
  quiet?: React.ReactNode;
  primary: Primary | null;
  secondary?: React.ReactNode;
}) {
  const title = useRef<HTMLHeadingElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const ready = primary !== null && primary.disabled !== true && primary.busy !== true;

  useEffect(() => {
    (button.current !== null && !button.current.disabled ? button.current : title.current)?.focus();
  }, [heading]);
  useEffect(() => {
    // A button that was disabled lost the focus to nothing: Enter should still find it.
    if (ready && (document.activeElement === document.body || document.activeElement === title.current)) {
      button.current?.focus();
    }
  }, [ready]);
  useEffect(() => {
    // What scrolls and holds nothing to focus must itself be reachable by keyboard (WCAG 2.1.1).
    const element = box.current;
    if (element === null) return;
    const mark = () => {
      const scrolls = element.scrollHeight > element.clientHeight + 1;
      if (scrolls && element.querySelector('button, input, select, [tabindex]') === null)
        element.tabIndex = 0;
      else element.removeAttribute('tabindex');
    };
    const observer = new ResizeObserver(mark);
    observer.observe(element);
    for (const child of element.children) observer.observe(child);
    return () => observer.disconnect();
  }, []);
  usePrimaryKey(ready ? primary.run : null);

  return (
    <section className={classes['step']} aria-labelledby="step-heading">
      <h2 id="step-heading" className={classes['stepHeading']} ref={title} tabIndex={-1}>
        {heading}
      </h2>
      <div className={classes['stepWork']} ref={box}>
        {children}
      </div>
      <footer className={classes['stepFooter']}>
        <div className={classes['quiet']}>{quiet}</div>
        <div className={classes['actions']}>
          {secondary}
          {primary !== null && (
            <Button
              ref={button}
              onClick={primary.run}
              disabled={primary.disabled ?? false}
              loading={primary.busy ?? false}
              rightSection={<IconCornerDownLeft size={16} aria-hidden />}
            >
              {primary.label}
            </Button>
          )}
        </div>
      </footer>
    </section>
  );
}
