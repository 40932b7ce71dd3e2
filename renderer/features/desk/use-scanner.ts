import { useEffect } from 'react';
import { go, useApp } from '../../app-state.ts';
import { deskNow, openResident, scanWhileWorking } from './desk-store.ts';
import { EMPTY_SCAN, scanKey } from './scanner.ts';

/**
 * A scanner's keys outside a text field, on whatever screen: the desk comes to the front and checks the NIK, or lets it
 * wait where an enrollment is open. Digits that a person types are slower and stay what they are.
 */
export function useScanner(): void {
  const active = useApp((state) => state.person !== null && state.switching === null);
  useEffect(() => {
    if (!active) return;
    let buffer = EMPTY_SCAN;
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
      const scanned = scanKey(buffer, event.key, event.timeStamp);
      buffer = scanned.buffer;
      if (scanned.nik === null) return;
      event.preventDefault();
      event.stopPropagation();
      go('desk');
      if (deskNow().view.kind === 'working') scanWhileWorking(scanned.nik);
      else void openResident(scanned.nik);
    };
    window.addEventListener('keydown', onKey, { capture: true });
    return () => window.removeEventListener('keydown', onKey, { capture: true });
  }, [active]);
}
