import { useEffect, useRef } from 'react';

export type KeyMap = Readonly<Record<string, ((event: KeyboardEvent) => void) | undefined>>;

/**
 * Keys for the whole window while the component stands, with Alt as `Alt+T`. The bare function keys are the screens' and
 * the steps', always the same ones, so whatever else has a key has one with Alt.
 * A key that is handled does nothing else (F5 must not reload).
 */
export function useKeys(keys: KeyMap): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.defaultPrevented) return;
      const handler = latest.current[event.altKey ? `Alt+${event.key.toUpperCase()}` : event.key];
      if (handler === undefined) return;
      event.preventDefault();
      handler(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** Whether Enter already means something where the focus is. */
function ownsEnter(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'button, a[href], input, select, textarea, summary, [role="option"], [role="menuitem"]',
    ) !== null
  );
}

/** Enter does the primary action wherever the focus is, unless a control under it has its own Enter. */
export function usePrimaryKey(action: (() => void) | null): void {
  const latest = useRef(action);
  useEffect(() => {
    latest.current = action;
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.defaultPrevented || ownsEnter(event.target)) return;
      if (latest.current === null) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

/** A held Enter must not run through one step after the other. */
export function stopRepeatedEnter(): void {
  window.addEventListener(
    'keydown',
    (event) => {
      if (event.key !== 'Enter' || !event.repeat || event.target instanceof HTMLTextAreaElement) return;
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
}

/** Who hears Escape: what was opened last, and nothing behind it. */
const escapes: object[] = [];

/** Escape leaves this form and nothing behind it: captured, so that the desk does not hear it too. */
export function useEscape(leave: () => void): void {
  const latest = useRef(leave);
  useEffect(() => {
    latest.current = leave;
  });
  useEffect(() => {
    const own = {};
    escapes.push(own);
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || escapes.at(-1) !== own) return;
      event.stopPropagation();
      latest.current();
    };
    window.addEventListener('keydown', escape, { capture: true });
    return () => {
      escapes.splice(escapes.indexOf(own), 1);
      window.removeEventListener('keydown', escape, { capture: true });
    };
  }, []);
}
