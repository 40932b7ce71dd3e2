import { useSyncExternalStore } from 'react';

let message = '';
const listeners = new Set<() => void>();

/** Says it to a screen reader, politely. The same sentence twice is said twice. */
export function announce(text: string): void {
  // A live region speaks only what changed: a trailing no-break space makes a repeated sentence a new one.
  message = message === text ? `${text}\u00a0` : text;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Announcer() {
  const text = useSyncExternalStore(subscribe, () => message);
  return (
    <output className="visually-hidden" aria-live="polite">
      {text}
    </output>
  );
}
