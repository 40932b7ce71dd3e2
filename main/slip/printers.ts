import { setTimeout as delay } from 'node:timers/promises';
import type { PrinterInfo, WebContents } from 'electron';
import type { Slip } from '../../app/ipc/contract.ts';

type Printer = Slip['printers'][number];

/** A print server that does not answer must not keep the desk waiting for its list. */
const PATIENCE_MS = 1_500;

export interface Printers {
  /** As the system lists them now, or as it last did when it takes long. */
  list(contents: WebContents): Promise<Printer[]>;
}

export function createPrinters(patienceMs = PATIENCE_MS): Printers {
  let last: Printer[] = [];
  return {
    list: async (contents) => {
      const fresh = contents.getPrintersAsync().then(
        (infos) => {
          last = infos.map(asPrinter);
          return last;
        },
        // A system without any printing at all: there is still the PDF.
        () => last,
      );
      const waited = delay(patienceMs, undefined, { ref: false }).then(() => last);
      return Promise.race([fresh, waited]);
    },
  };
}

function asPrinter(info: PrinterInfo): Printer {
  return {
    name: info.name,
    label: info.displayName === '' ? info.name : info.displayName,
    // Newer Electron no longer tells.
    isDefault: 'isDefault' in info && info.isDefault === true,
  };
}
