import type { Kecamatan, Policy } from '../../app/sync/protocol.ts';

/** Kemendagri codes. Kecamatan Losari of Kabupaten Brebes (33.29.12) also has a Losari Kidul and a Losari Lor. */
export const DEMO_KECAMATAN: Kecamatan = {
  kode: '32.09.03',
  nama: 'Losari',
  kabupaten: 'Kabupaten Cirebon',
  provinsi: 'Jawa Barat',
  desa: [
    { kode: '32.09.03.2001', nama: 'Astanalanggar' },
    { kode: '32.09.03.2002', nama: 'Barisan' },
    { kode: '32.09.03.2003', nama: 'Losari Kidul' },
    { kode: '32.09.03.2004', nama: 'Panggangsari' },
    { kode: '32.09.03.2005', nama: 'Losari Lor' },
    { kode: '32.09.03.2006', nama: 'Mulyasari' },
    { kode: '32.09.03.2007', nama: 'Kalirahayu' },
    { kode: '32.09.03.2008', nama: 'Kalisari' },
    { kode: '32.09.03.2009', nama: 'Ambulu' },
    { kode: '32.09.03.2010', nama: 'Tawangsari' },
  ],
};

/** Finished already, and under way. */
export const KALIRAHAYU = '32.09.03.2007';
export const LOSARI_LOR = '32.09.03.2005';

export const DEMO_POLICY: Policy = {
  stepOrder: ['biodata', 'photo', 'signature', 'right4', 'left4', 'thumbs', 'irises', 'review'],
  fingerThreshold: 60,
  irisThreshold: 50,
  maxAttempts: 3,
  // The demo has no provider of its own: whoever starts it names the anchors of the scanners at hand.
  deviceAnchors: [],
  retentionDays: 30,
  // Made by the center that serves the demo, which keeps its other half.
  recovery: null,
  idleLockMinutes: 10,
};

/** For the demo alone: everybody may know these. */
export const DEMO_ACCOUNTS = [
  {
    id: '0b7f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a01',
    username: 'operator',
    name: 'Siti Aminah',
    role: 'operator',
    password: 'losari-2011',
  },
  {
    id: '0b7f2d4e-5a51-4c3e-9d1a-6f0c8e2b1a02',
    username: 'supervisor',
    name: 'Hj. Nurhayati',
    role: 'supervisor',
    password: 'cirebon-2011',
  },
] as const;
