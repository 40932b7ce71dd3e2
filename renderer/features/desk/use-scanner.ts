import { useEffect } from 'react';
import { go, useApp } from '../../app-state.ts';
import { deskNow, openResident, scanWhileWorking } from './desk-store.ts';
import { EMPTY_SCAN, scanKey } from './scanner.ts';

type TextField = HTMLInputElement | HTMLTextAreaElement;

/** On a text field that takes a scan as its own: the find box. */
export const TAKES_SCANS = { 'data-takes-scans': '' } as const;

/**
 * A scanner's keys wherever the focus is, on whatever screen: the desk comes to the front and checks the NIK, or lets it
 * wait where an enrollment is open. Digits that a person types are slower and stay what they are. What a scan has typed
 * into a text field by then is taken out of it again, and its Enter never finishes the form.
 */
export function useScanner(): void {
  const active = useApp((state) => state.person !== null && state.switching === null);
  useEffect(() => {
    if (!active) return;
    let buffer = EMPTY_SCAN;
    let before: { readonly field: TextField; readonly value: string } | null = null;
    const onKey = (event: KeyboardEvent) => {
      const { target } = event;
      const field = isTextField(target) ? target : null;
      if (field !== null && 'takesScans' in field.dataset) return;
      const scanned = scanKey(buffer, event.key, event.timeStamp);
      buffer = scanned.buffer;
      if (buffer.digits.length === 1) before = field === null ? null : { field, value: field.value };
      if (scanned.nik === null) return;
      event.preventDefault();
      event.stopPropagation();
      if (before !== null) restore(before.field, before.value);
      before = null;
      go('desk');
      if (deskNow().view.kind === 'working') scanWhileWorking(scanned.nik);
      else void openResident(scanned.nik);
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [active]);
}

function isTextField(target: EventTarget | null): target is TextField {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
}

/** As if typed: React hears of a value only where the element's own setter was passed by. */
function restore(field: TextField, value: string): void {
  const own = field instanceof HTMLInputElement ? HTMLInputElement : HTMLTextAreaElement;
  Object.getOwnPropertyDescriptor(own.prototype, 'value')?.set?.call(field, value);
  field.dispatchEvent(new Event('input', { bubbles: true }));
}
