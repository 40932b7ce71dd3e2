import { create } from 'qrcode';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { packetIdSchema } from '../../app/ids.ts';
import { slipSchema, type Slip } from '../../app/ipc/contract.ts';
import type { Kecamatan } from '../../app/sync/protocol.ts';
import { QrCode } from '../../renderer/features/slip/qr.tsx';
import { slipCode, SlipPaper } from '../../renderer/features/slip/slip-paper.tsx';
import { changeLanguage, loadEnglish, startI18n } from '../../renderer/i18n/index.ts';

const packetId = packetIdSchema.parse('018bcfe5-6800-7000-8000-0123456789ab');
const kecamatan: Kecamatan = {
  kode: '32.09.03',
  nama: 'Losari',
  kabupaten: 'Kabupaten Cirebon',
  provinsi: 'Jawa Barat',
  desa: [],
};

/** The paper's text, tags taken out. */
function paper(change: Partial<Slip> = {}): string {
  const slip = slipSchema.parse({
    packetId,
    sequence: 1_204,
    nik: '3209031402830007',
    nama: 'SUPARMAN BIN KARTO',
    recordedAt: new Date(2011, 10, 14, 12, 5).toISOString(),
    operator: 'Siti Aminah',
    stationLabel: 'Losari 1',
    printed: 0,
    training: false,
    printers: [],
    ...change,
  });
  const markup = renderToStaticMarkup(createElement(SlipPaper, { slip, kecamatan, paper: '80mm' }));
  return markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

beforeAll(async () => {
  vi.stubGlobal('document', { documentElement: { lang: '' } });
  await startI18n();
  await loadEnglish();
});

describe('the paper', () => {
  test('says who was recorded, where, when and by whom, and that it is no identity card', () => {
    const text = paper();
    for (const said of [
      'BUKTI PEREKAMAN KTP-EL',
      'Kecamatan Losari, Kabupaten Cirebon (32.09.03)',
      '3209 0314 0283 0007',
      'SUPARMAN BIN KARTO',
      'Senin, 14 November 2011, 12.05',
      'Losari 1',
      '1.204',
      'Siti Aminah',
      packetId,
      'Bukan KTP. Simpan bukti ini. Pengambilan KTP-el diberitahukan kemudian.',
    ]) {
      expect(text).toContain(said);
    }
    expect(text).not.toContain('CETAK ULANG');
    expect(text).not.toContain('LATIHAN');
  });

  test('speaks Bahasa Indonesia whatever the window speaks', async () => {
    const inIndonesian = paper();
    await changeLanguage('en');
    expect(paper()).toBe(inIndonesian);
    await changeLanguage('id');
  });

  test('is marked from the second time on, with how often it was handed over', () => {
    expect(paper({ printed: 1 })).toContain('CETAK ULANG ke-1');
    expect(paper({ printed: 12 })).toContain('CETAK ULANG ke-12');
  });

  test('of a training says so on top and at the bottom', () => {
    expect(paper({ training: true }).match(/LATIHAN – BUKAN BUKTI/g)).toHaveLength(2);
  });
});

test('the code holds the packet’s id, module for module, with four light ones around', () => {
  const text = slipCode(packetId);
  expect(text).toBe('REKAM:1:018bcfe5-6800-7000-8000-0123456789ab');
  const markup = renderToStaticMarkup(createElement(QrCode, { text }));
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  expect(markup).toContain(`viewBox="-4 -4 ${modules.size + 8} ${modules.size + 8}"`);
  const drawn = Array.from({ length: modules.size * modules.size }, () => 0);
  for (const [, x, y, width] of markup.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    drawn.fill(1, Number(y) * modules.size + Number(x), Number(y) * modules.size + Number(x) + Number(width));
  }
  expect(drawn).toEqual([...modules.data].map(Number));
});
