import type { ScanStep } from '../../app/enrollment/biometrics.ts';
import type { ScannerRow } from '../../app/ipc/contract.ts';
import { kindOfStep, type Scanners } from './registry.ts';

/**
 * Training is on the device that the operator will use: each kind of scanner is the desk's own where one is ready, else
 * the practice one, and listed as what it is.
 */
export function trainingScanners(real: Scanners, practice: Scanners): Scanners {
  const ready = async (search: boolean): Promise<ScannerRow[]> =>
    (await real.list(search)).filter(({ status }) => status === 'ready');
  const serving = async (step: ScanStep): Promise<Scanners> =>
    (await ready(false)).some(({ kind }) => kind === kindOfStep(step)) ? real : practice;
  return {
    list: async (search) => {
      const own = await ready(search);
      const drawn = await practice.list(search);
      return [...own, ...drawn.filter((row) => !own.some(({ kind }) => kind === row.kind))];
    },
    capture: async (order) => (await serving(order.step)).capture(order),
    watch: async (step, onFrame) => (await serving(step)).watch(step, onFrame),
    unwatch: () => {
      real.unwatch();
      practice.unwatch();
    },
  };
}
