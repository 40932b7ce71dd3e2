import { join } from 'node:path';
import { app, dialog, type BrowserWindow, type WebContents } from 'electron';
import { RekamError } from '../../app/errors.ts';
import type { Request, Response } from '../../app/ipc/contract.ts';
import { unreachable } from '../../app/result.ts';
import { writeWhole } from '../whole-file.ts';
import { spool } from './spool.ts';

type Order = Request<'slip.print'> & {
  /** Proposed for the PDF; says nothing of the resident. */
  readonly fileName: string;
};
type Answer = Response<'slip.print'>;

/** Counts hand-overs where they are kept. */
export interface Ledger {
  /** Before the paper leaves; rejects when the window's count is not the true one any more. */
  count(to: 'printer' | 'pdf'): Promise<void>;
  /** What was counted did not leave. */
  takeBack(): Promise<void>;
}

/** Width and height in millimetres; a roll is cut where the printer feeds, so its length is only the longest slip's. */
const PAGE = { '80mm': [80, 160], a4: [210, 297] } as const;
const MM_PER_INCH = 25.4;
const MICRONS_PER_MM = 1_000;
const NO_MARGINS = { top: 0, bottom: 0, left: 0, right: 0 };

/**
 * Prints the slip that stands in the window, to a printer or into a file of the operator's choice. The page's print
 * style leaves the paper alone visible.
 * @throws RekamError `slip.stale` when the window shows another slip than this one, `slip.printer`, `slip.file`, and
 * whatever the ledger throws
 */
export async function printSlip(window: BrowserWindow, order: Order, ledger: Ledger): Promise<Answer> {
  if (order.printer === null) return savePdf(window, order, ledger);
  await toPrinter(window.webContents, order, order.printer, ledger);
  return { to: 'printer', file: null };
}

async function toPrinter(
  contents: WebContents,
  order: Order,
  printer: string,
  ledger: Ledger,
): Promise<void> {
  // Chromium would take the default printer in place of one that is gone.
  const printers = await contents.getPrintersAsync();
  if (!printers.some(({ name }) => name === printer)) throw new RekamError('slip.printer');
  await requireSlip(contents, order);
  await ledger.count('printer');
  const [width, height] = PAGE[order.paper];
  const spooled = await spool((answer) =>
    contents.print(
      {
        silent: true,
        deviceName: printer,
        color: false,
        printBackground: true,
        margins: { marginType: 'none' },
        pageSize: { width: width * MICRONS_PER_MM, height: height * MICRONS_PER_MM },
      },
      answer,
    ),
  );
  switch (spooled.kind) {
    case 'taken':
      return;
    case 'refused':
      await ledger.takeBack();
      throw new RekamError('slip.printer', {}, spooled.error);
    case 'silent':
      // It stays counted: should it come all the same, the next one must say that it is the second.
      throw new RekamError('slip.printer');
    default:
      unreachable(spooled);
  }
}

/** Where the last PDF went, for the next one; gone with the process. */
let lastFolder: string | null = null;

async function savePdf(window: BrowserWindow, order: Order, ledger: Ledger): Promise<Answer> {
  const { canceled, filePath } = await dialog.showSaveDialog(window, {
    defaultPath: join(lastFolder ?? app.getPath('documents'), order.fileName),
    filters: [{ name: 'PDF', extensions: ['pdf'] }],
    properties: ['createDirectory', 'showOverwriteConfirmation', 'dontAddToRecent'],
  });
  if (canceled || filePath === undefined || filePath === '') return { to: 'cancelled', file: null };
  const [width, height] = PAGE[order.paper];
  const pdf = await window.webContents.printToPDF({
    printBackground: true,
    margins: NO_MARGINS,
    pageSize: { width: width / MM_PER_INCH, height: height / MM_PER_INCH },
  });
  // After it: a session that ended while the dialog was open has taken the slip off the window, for good.
  await requireSlip(window.webContents, order);
  await writePdf(filePath, pdf, ledger);
  lastFolder = join(filePath, '..');
  return { to: 'pdf', file: filePath };
}

async function writePdf(file: string, pdf: Uint8Array, ledger: Ledger): Promise<void> {
  let counted = false;
  try {
    await writeWhole(file, pdf, async () => {
      await ledger.count('pdf');
      counted = true;
    });
  } catch (error) {
    if (error instanceof RekamError) throw error;
    if (counted) await ledger.takeBack();
    throw new RekamError('slip.file', {}, error);
  }
}

/** @throws RekamError `slip.stale` unless exactly this slip is what would be printed */
async function requireSlip(contents: WebContents, order: Order): Promise<void> {
  const standing: unknown = await contents.mainFrame.executeJavaScript(
    "document.fonts.ready.then(() => document.querySelector('[data-slip]')?.getAttribute('data-slip') ?? null)",
  );
  if (standing !== `${order.packetId} ${order.printed} ${order.paper}`) throw new RekamError('slip.stale');
}
