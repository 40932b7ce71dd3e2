import { useSyncExternalStore } from 'react';

interface Message {
  readonly id: number;
  readonly text: string;
}

/** Long enough for a screen reader to take it up behind others, short enough not to be met again while browsing. */
const KEPT_MS = 8_000;

let messages: readonly Message[] = [];
let last = 0;
const listeners = new Set<() => void>();

function set(next: readonly Message[]): void {
  messages = next;
  for (const listener of listeners) listener();
}

/**
 * Says it to a screen reader, politely. Each message is a line of its own: one that follows at once does not swallow the
 * one before, and the same sentence twice is said twice.
 */
export function announce(text: string): void {
  const message = { id: (last += 1), text };
  set([...messages, message]);
  setTimeout(() => set(messages.filter((entry) => entry !== message)), KEPT_MS);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Announcer() {
  const lines = useSyncExternalStore(subscribe, () => messages);
  return (
    // Not atomic: only the new line is spoken, not the older ones again.
    <output className="visually-hidden" aria-live="polite" aria-atomic="false">
      {lines.map(({ id, text }) => (
        <span key={id}>{text}</span>
      ))}
    </output>
  );
}
