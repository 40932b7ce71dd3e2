import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ScanStep } from '../../../../app/enrollment/biometrics.ts';
import type { ErrorShape } from '../../../../app/errors.ts';
import type { ScannerRow } from '../../../../app/ipc/contract.ts';
import { announce } from '../../../components/announcer.tsx';
import { words } from '../../../i18n/words.ts';
import { queries } from '../../../query.ts';
import { ask, shapeOf, station } from '../../../station.ts';
import { scannerFor } from './scan-view.ts';

export const DEVICES = ['devices'];
const REFRESH_MS = 5000;

export type ScannerStatus = ScannerRow['status'] | 'missing';

export interface DeskScanner {
  readonly row: ScannerRow | null;
  /** Null until main has answered. */
  readonly status: ScannerStatus | null;
  /** Why main could not say. */
  readonly error: ErrorShape | null;
  /** When main last said so, milliseconds since the epoch. */
  readonly seenAt: number;
  readonly searching: boolean;
  readonly search: () => Promise<void>;
}

/** The scanner that serves this step as main knows it. Not asked while it captures: it is busy with our own work. */
export function useScanner(step: ScanStep, busy: boolean): DeskScanner {
  const [searching, setSearching] = useState(false);
  const list = useQuery({
    queryKey: DEVICES,
    queryFn: () => ask(station.devices.list({ search: false })),
    enabled: !busy && !searching,
    refetchInterval: REFRESH_MS,
  });
  const row = scannerFor(step, list.data ?? []);

  const search = async () => {
    setSearching(true);
    try {
      await queries.cancelQueries({ queryKey: DEVICES });
      const rows = await queries.fetchQuery({
        queryKey: DEVICES,
        queryFn: () => ask(station.devices.list({ search: true })),
      });
      announce(words().t(`scan/device_${scannerFor(step, rows)?.status ?? 'missing'}`));
    } catch {
      // It stands in the list's own error.
    } finally {
      setSearching(false);
    }
  };

  return {
    row,
    status: list.data === undefined ? null : (row?.status ?? 'missing'),
    error: list.error === null ? null : shapeOf(list.error),
    seenAt: list.dataUpdatedAt,
    searching,
    search,
  };
}
