import { useScanner } from './use-scanner.ts';

/** Hears the scanner on every screen of whoever is logged in; shows nothing. */
export default function ScannerEar() {
  useScanner();
  return null;
}
