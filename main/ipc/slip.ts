import type { BrowserWindow } from 'electron';
import { RekamError } from '../../app/errors.ts';
import { printSheet } from '../slip/print.ts';
import { createPrinters } from '../slip/printers.ts';
import type { Remote, StoreApi } from '../store/api.ts';
import type { Handlers } from './register.ts';

interface Needs {
  readonly store: Remote<Pick<StoreApi, 'slips' | 'station'>>;
  readonly window: BrowserWindow;
  readonly training: boolean;
  readonly now: () => number;
}

type Group = Pick<Handlers, 'slip.open' | 'slip.print'>;

export function slipHandlers({ store, window, training, now }: Needs): Group {
  const printers = createPrinters();
  const requireWindow = (): BrowserWindow => {
    if (window.isDestroyed()) throw new Error('no window to print from');
    return window;
  };
  return {
    'slip.open': async (packetId) => {
      const [facts, record, list] = await Promise.all([
        store.slips.open(packetId),
        store.station.record(),
        printers.list(requireWindow().webContents),
      ]);
      return { ...facts, stationLabel: record?.activation.label ?? '', training, printers: list };
    },
    'slip.print': async (request, { accountId: by }) => {
      const { packetId, printed, paper, printer } = request;
      const facts = await store.slips.open(packetId);
      if (facts.printed !== printed) throw new RekamError('slip.stale');
      const fileName = `${training ? 'latihan' : 'bukti'}-${facts.sequence}.pdf`;
      const order = { sheet: `${packetId} ${printed} ${paper}`, paper, printer, fileName };
      return printSheet(requireWindow(), order, {
        count: (to) => store.slips.printed({ packetId, expected: printed, by, paper, to, now: now() }),
        takeBack: () => store.slips.takeBack({ packetId, number: printed + 1, by, now: now() }),
      });
    },
  };
}
