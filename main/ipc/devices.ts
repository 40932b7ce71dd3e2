import { DEFAULT_LIMITS } from '../../app/enrollment/biometrics.ts';
import type { EventPayload } from '../../app/ipc/contract.ts';
import type { Policy } from '../../app/sync/protocol.ts';
import type { Scanners } from '../devices/registry.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly scanners: Scanners;
  readonly policy: () => Promise<Pick<Policy, 'fingerThreshold' | 'irisThreshold'> | null>;
  /** Hands a live picture to the window. */
  readonly show: (frame: EventPayload<'devices.frame'>) => void;
}

type Group = Pick<Handlers, 'devices.capture' | 'devices.list' | 'devices.watch' | 'devices.unwatch'>;

export function deviceHandlers({ scanners, policy, show }: Needs): Group {
  return {
    'devices.capture': async (order) => {
      const { fingerThreshold, irisThreshold } = (await policy()) ?? DEFAULT_LIMITS;
      return scanners.capture({
        ...order,
        threshold: order.step === 'irises' ? irisThreshold : fingerThreshold,
      });
    },
    'devices.list': ({ search }) => scanners.list(search),
    'devices.watch': (step) => scanners.watch(step, (jpeg) => show({ step, jpeg })),
    'devices.unwatch': () => scanners.unwatch(),
  };
}
