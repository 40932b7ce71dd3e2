import { Button, Loader } from '@mantine/core';
import { useEffect, useRef, type MouseEvent } from 'react';
import type { Approval } from '../../../app/enrollment/enrollment.ts';
import { EnterMark, LANDING } from '../../components/enter-mark.tsx';
import { useKeys, usePrimaryKey } from '../../components/keys.ts';
import classes from './desk.module.css';

export interface Primary {
  readonly label: string;
  /** @param by what pressed it; Enter on the button counts as keyboard */
  readonly run: (by: Approval['by']) => void;
  readonly disabled?: boolean;
  /** It works: the button keeps the focus and its place, and takes no press. */
  readonly busy?: boolean;
  /** Large enough for a resident's finger on the pad. */
  readonly large?: boolean;
}

/** A click that a key made has no pointer. Chromium's clicks are PointerEvents. */
function pressedBy({ nativeEvent }: MouseEvent): Approval['by'] {
  const type = nativeEvent instanceof PointerEvent ? nativeEvent.pointerType : '';
  return type === 'touch' || type === 'pen' || type === 'mouse' ? type : 'keyboard';
}

/**
 * One step: heading, work, and one primary action bottom right, on Enter. The focus is on that action where it can be
 * done, else on the heading, and stays on it while the action is under way: a button that were disabled for that would
 * send the focus to the heading and back at each capture, each time with a layout of the whole window, and a screen
 * reader along.
 */
export function StepFrame({
  heading,
  children,
  quiet,
  primary,
  secondary,
  landed = 0,
}: {
  heading: string;
  children: React.ReactNode;
  quiet?: React.ReactNode;
  primary: Primary | null;
  secondary?: React.ReactNode;
  /** Grows when the work itself is done or begun anew: whatever had the focus, Enter then means the primary action. */
  landed?: number;
}) {
  const title = useRef<HTMLHeadingElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const pressed = useRef<string | null>(null);
  /** Whether the action could be done when the press that is under way began; null where none is known of. */
  const begun = useRef<boolean | null>(null);
  const busy = primary?.busy === true;
  const ready = primary !== null && primary.disabled !== true && !busy;

  useEffect(() => {
    (button.current !== null && !button.current.disabled ? button.current : title.current)?.focus();
  }, [heading, landed]);
  useEffect(() => {
    // A frame that passes from one step to the next begins at its top again.
    box.current?.scrollTo(0, 0);
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
  usePrimaryKey(ready ? () => primary.run('keyboard') : null);
  // The focus stands on the primary action, outside what scrolls: the page keys scroll it from there.
  const page = (pages: number) => () => {
    const element = box.current;
    element?.scrollBy({ top: pages * element.clientHeight * 0.9 });
  };
  useKeys({ PageDown: page(1), PageUp: page(-1) });

  const press = (event: MouseEvent, { label, run }: Primary) => {
    const { current: began } = begun;
    begun.current = null;
    // Pressed while it worked and let go after: that was no answer to what stands there now.
    if (!ready || began === false) return;
    // The second half of a double tap must not do the next thing, which stands in the same place by then.
    const action = `${heading}\n${label}`;
    const other = pressed.current !== null && pressed.current !== action;
    pressed.current = action;
    if (event.detail < 2 || !other) run(pressedBy(event));
  };

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
              onPointerDown={() => (begun.current = ready)}
              onKeyDown={(event) => {
                if (!event.repeat && (event.key === 'Enter' || event.key === ' ')) begun.current = ready;
              }}
              onClick={(event) => press(event, primary)}
              data-large={primary.large ?? false}
              className={classes['primary']}
              disabled={primary.disabled ?? false}
              aria-disabled={busy || undefined}
              data-busy={busy || undefined}
              rightSection={busy ? <Loader size={16} color="currentColor" /> : <EnterMark />}
              {...LANDING}
            >
              {primary.label}
            </Button>
          )}
        </div>
      </footer>
    </section>
  );
}
