import type { CheckName, CheckupFinding, FindingCode, Verdict } from './finding.ts';

/** What a checkup says, on the screen and at the command line alike. `act` is what to do; null where nothing is. */
interface Words {
  readonly says: string;
  readonly act: string | null;
}
type Both = Readonly<Record<'id' | 'en', Words>>;

export const CHECK_TITLES: Readonly<Record<CheckName, Readonly<Record<'id' | 'en', string>>>> = {
  keys: { id: 'Kunci', en: 'Keys' },
  database: { id: 'Data stasiun', en: 'Database' },
  audit: { id: 'Catatan audit', en: 'Audit log' },
  disk: { id: 'Disk', en: 'Disk' },
  mirror: { id: 'Salinan kedua', en: 'Second copy' },
  clock: { id: 'Jam', en: 'Clock' },
  camera: { id: 'Kamera', en: 'Camera' },
  devices: { id: 'Pemindai', en: 'Scanners' },
  link: { id: 'Sambungan pusat', en: 'Link to the center' },
  versions: { id: 'Versi', en: 'Versions' },
};

export const VERDICT_WORDS: Readonly<Record<Verdict, Readonly<Record<'id' | 'en', string>>>> = {
  ok: { id: 'Baik', en: 'OK' },
  look: { id: 'Perlu dilihat', en: 'Look at it' },
  broken: { id: 'Rusak', en: 'Broken' },
};

const words = (id: string, idAct: string | null, en: string, enAct: string | null): Both => ({
  id: { says: id, act: idAct },
  en: { says: en, act: enAct },
});

export const FINDING_WORDS: Readonly<Record<FindingCode, Both>> = {
  'keys.keystore': words(
    'Kunci stasiun tersimpan di penyimpanan kunci sistem.',
    null,
    "The station's keys are in the system's keystore.",
    null,
  ),
  'keys.file': words(
    'Kunci stasiun tersimpan sebagai berkas: siapa pun yang membawa PC ini dapat membaca datanya.',
    'Mintalah pusat memasang penyimpanan kunci sistem.',
    "The station's keys lie in a file: whoever takes this PC can read its data.",
    "Ask the center to set up the system's keystore.",
  ),
  'keys.wrapped': words(
    'Kunci stasiun terbungkus oleh sistem; hanya aplikasi Rekam yang dapat membukanya.',
    'Untuk pemeriksaan lengkap, buka Rekam lalu pilih Penyelia, Pemeriksaan stasiun.',
    "The station's keys are wrapped by the system; only the Rekam app can open them.",
    'For a whole checkup open Rekam and choose Supervisor, Station checkup.',
  ),
  'keys.missing': words(
    'Folder kunci tidak berisi kunci, padahal data stasiun sudah ada.',
    'Kembalikan folder kunci yang semula. Jangan hapus apa pun; tanpa kunci itu data di sini tidak terbaca.',
    'The key folder holds no keys, though there is station data.',
    'Put the original key folder back. Delete nothing; without those keys the data here cannot be read.',
  ),
  'keys.unreadable': words(
    'Berkas kunci tidak dapat dibaca.',
    'Nyalakan ulang komputer; bila tetap begitu, hubungi pusat. Jangan hapus berkasnya.',
    'The key file cannot be read.',
    'Restart the computer; if it stays so, call the center. Do not delete the file.',
  ),
  'database.sound': words(
    'Data stasiun utuh; diperiksa dalam {{seconds}} detik.',
    null,
    'The database is sound; it took {{seconds}} seconds to check.',
    null,
  ),
  'database.none': words(
    'Belum ada data stasiun di folder ini.',
    'Bila stasiun ini sudah pernah dipakai, periksa apakah folder datanya benar.',
    'There is no station data in this folder yet.',
    'If this station has been in use, check that it is the right data folder.',
  ),
  'database.unopened': words(
    'Data stasiun tidak diperiksa karena kuncinya tidak terbuka di sini.',
    'Selesaikan dahulu baris Kunci.',
    'The database was not checked, since its key was not open here.',
    'See to the line Keys first.',
  ),
  'database.damaged': words(
    'Data stasiun rusak. Berkasnya tidak diubah.',
    'Hentikan perekaman, bawa paket yang menunggu dengan paket kurir bila masih dapat, lalu hubungi pusat. Jangan hapus apa pun.',
    'The database is damaged. Its file was left as it is.',
    'Stop enrolling, carry waiting packets by courier pack if that still works, and call the center. Delete nothing.',
  ),
  'database.wrongKey': words(
    'Kunci stasiun tidak cocok dengan datanya. Tidak ada yang diubah.',
    'Kembalikan folder kunci yang semula, atau hubungi pusat.',
    "The station's key does not fit its data. Nothing was changed.",
    'Put the original key folder back, or call the center.',
  ),
  'database.newer': words(
    'Data stasiun dibuat oleh versi Rekam yang lebih baru.',
    'Pasang versi terbaru, lalu jalankan lagi.',
    'The data was made by a newer version of Rekam.',
    'Install the latest version and start again.',
  ),
  'audit.whole': words(
    'Catatan audit utuh: {{entries}} catatan.',
    null,
    'The audit log is whole: {{entries}} entries.',
    null,
  ),
  'audit.unread': words(
    'Catatan audit tidak diperiksa.',
    'Selesaikan dahulu baris Data stasiun.',
    'The audit log was not checked.',
    'See to the line Database first.',
  ),
  'audit.broken': words(
    'Catatan audit terputus pada nomor {{sequence}}: ada yang diubah atau dihapus.',
    'Catat nomor itu dan waktunya, dan laporkan kepada pusat. Jangan ubah apa pun di PC ini.',
    'The audit log breaks at entry {{sequence}}: something was changed or removed.',
    'Note that number and the time, and report it to the center. Change nothing on this PC.',
  ),
  'audit.unanchored': words(
    'Catatan audit tidak cocok dengan paket nomor {{packet}}: catatan di sekitarnya diganti atau dihapus.',
    'Catat nomor itu dan laporkan kepada pusat, yang memegang tanda terimanya. Jangan ubah apa pun di PC ini.',
    'The audit log does not fit packet number {{packet}}: entries around it were replaced or removed.',
    'Note that number and report it to the center, which holds its receipt. Change nothing on this PC.',
  ),
  'disk.enough': words(
    'Disk cukup untuk {{residents}} warga.',
    null,
    'The disk has room for {{residents}} residents.',
    null,
  ),
  'disk.low': words(
    'Disk tinggal cukup untuk {{residents}} warga.',
    'Kosongkan disk sebelum tinggal 20 warga; di bawah itu perekaman baru tidak dimulai.',
    'The disk has room for {{residents}} residents only.',
    'Free some space before it is 20; below that no new enrollment begins.',
  ),
  'disk.stops': words(
    'Disk tinggal cukup untuk {{residents}} warga: perekaman baru tidak dapat dimulai.',
    'Kosongkan disk sekarang. Folder data Rekam sendiri jangan dihapus.',
    'The disk has room for {{residents}} residents only: no new enrollment can begin.',
    "Free some space now. Do not delete Rekam's own data folder.",
  ),
  'disk.unread': words(
    'Ruang disk tidak dapat dibaca.',
    'Periksa apakah disk data terpasang.',
    'The free space of the disk cannot be read.',
    'Check that the data disk is there.',
  ),
  'mirror.safe': words(
    'Semua paket punya salinan kedua di disk lain.',
    null,
    'Every packet has a second copy on another disk.',
    null,
  ),
  'mirror.behind': words(
    'Salinan kedua menyusul: {{behind}} paket lagi.',
    null,
    'The second copy is catching up; packets left: {{behind}}.',
    null,
  ),
  'mirror.looking': words(
    'Salinan kedua sedang diperiksa.',
    null,
    'The second copy is being looked at.',
    null,
  ),
  'mirror.none': words(
    'Belum ada disk untuk salinan kedua: perekaman aman di stasiun ini, tetapi hanya di satu disk.',
    'Penyelia: pasang disk USB, lalu pilih foldernya di Salinan kedua.',
    'There is no disk for a second copy: enrollments are safe at this station, on one disk alone.',
    'Supervisor: plug in a USB disk and choose its folder under Second copy.',
  ),
  'mirror.same': words(
    'Salinan kedua ada di disk yang sama dengan data stasiun: bila disk itu mati, keduanya hilang.',
    'Penyelia: pilih folder di disk USB atau disk kedua.',
    "The second copy is on the same disk as the station's data: when that disk dies, both are gone.",
    'Supervisor: choose a folder on a USB disk or a second disk.',
  ),
  'mirror.trouble': words(
    'Disk salinan kedua terlepas, penuh atau rusak; {{behind}} paket belum punya salinan kedua. Semuanya aman di stasiun ini.',
    'Lihat bagian Salinan kedua pada layar Penyelia.',
    'The disk of the second copy is unplugged, full or failing; packets without a second copy: {{behind}}. All are safe here.',
    'See Second copy on the Supervisor screen.',
  ),
  'mirror.unread': words(
    'Salinan kedua hanya dapat dilihat dari aplikasi Rekam.',
    'Buka Rekam lalu pilih Penyelia, Pemeriksaan stasiun.',
    'The second copy can be looked at from the Rekam app alone.',
    'Open Rekam and choose Supervisor, Station checkup.',
  ),
  'camera.there': words('Kamera terpasang: {{cameras}}.', null, 'Cameras that are there: {{cameras}}.', null),
  'camera.unseen': words(
    'Kamera hanya dapat dilihat dari aplikasi Rekam.',
    null,
    'A camera can be seen from the Rekam app alone.',
    null,
  ),
  'camera.none': words(
    'Tidak ada kamera yang terpasang.',
    'Periksa kabel kamera, lalu periksa lagi. Tanpa kamera foto warga tidak dapat diambil.',
    'No camera is there.',
    'Check its cable, then check again. Without a camera no photo can be taken.',
  ),
  'clock.right': words('Jam sama dengan jam pusat.', null, "The clock agrees with the center's.", null),
  'clock.unknown': words(
    'Jam belum pernah dicocokkan dengan pusat.',
    'Cocokkan jam komputer dengan jam yang benar; pusat mencocokkannya sendiri saat tersambung.',
    'The clock was never compared with the center’s.',
    'Set the computer’s clock right; the center corrects it when there is a link.',
  ),
  'clock.off': words(
    'Jam meleset {{minutes}} menit dari jam pusat. Perekaman tetap benar urutannya.',
    'Betulkan jam komputer. Bila meleset lagi sesudah dimatikan, baterai CMOS perlu diganti.',
    'The clock is {{minutes}} minutes off the center’s. The order of enrollments is right all the same.',
    'Set the computer’s clock. If it is off again after a shutdown, its CMOS battery needs replacing.',
  ),
  'devices.ready': words('{{ready}} pemindai siap.', null, 'Scanners that are ready: {{ready}}.', null),
  'devices.none': words(
    'Tidak ada pemindai jari atau iris yang ditemukan.',
    'Periksa kabel dan nyalakan layanan pemindai, lalu periksa lagi.',
    'No finger or iris scanner was found.',
    'Check the cables and start the scanner’s service, then check again.',
  ),
  'devices.notReady': words(
    '{{notReady}} pemindai tidak siap, {{ready}} siap.',
    'Lepas dan pasang lagi kabel pemindai itu, lalu periksa lagi.',
    'Scanners that are not ready: {{notReady}}; ready: {{ready}}.',
    'Unplug that scanner and plug it in again, then check again.',
  ),
  'link.online': words(
    'Pusat tersambung; {{waiting}} paket menunggu kirim.',
    null,
    'The center is connected; packets waiting: {{waiting}}.',
    null,
  ),
  'link.offline': words(
    'Pusat tidak terhubung; {{waiting}} paket aman di stasiun ini dan terkirim sendiri saat tersambung.',
    'Perekaman tetap berjalan. Bila lama, bawa paket dengan paket kurir.',
    'The center is not connected; {{waiting}} packets are safe here and go by themselves when it is.',
    'Enrollment goes on. If it lasts, carry the packets by courier pack.',
  ),
  'link.unknown': words(
    'Sambungan belum diketahui; {{waiting}} paket aman di stasiun ini.',
    'Tunggu sebentar dengan Rekam terbuka, lalu periksa lagi.',
    'The link is not known yet; {{waiting}} packets are safe at this station.',
    'Wait a moment with Rekam open, then check again.',
  ),
  'link.inactive': words(
    'Stasiun ini belum diaktifkan.',
    'Aktifkan dengan lembar aktivasi dari pusat.',
    'This station is not activated yet.',
    'Activate it with the activation sheet of the center.',
  ),
  'link.refused': words(
    'Pusat tidak lagi mengenal stasiun ini; {{waiting}} paket aman di sini tetapi tidak dapat terkirim.',
    'Hubungi pusat.',
    'The center does not know this station any more; {{waiting}} packets are safe here but cannot be sent.',
    'Call the center.',
  ),
  'versions.release': words(
    'Rekam {{rekam}}, runtime {{runtime}}.',
    null,
    'Rekam {{rekam}}, runtime {{runtime}}.',
    null,
  ),
  'versions.development': words(
    'Rekam {{rekam}} dengan runtime pengembangan {{runtime}}.',
    'Jangan dipakai untuk perekaman sungguhan; pasang rilis dari pusat.',
    'Rekam {{rekam}} on the development runtime {{runtime}}.',
    'Not for real enrollments; install a release of the center.',
  ),
};

const NUMBERS = { id: new Intl.NumberFormat('id-ID'), en: new Intl.NumberFormat('en-GB') } as const;

/** The sentence of a finding, and what to do. */
export function findingWords(finding: Pick<CheckupFinding, 'code' | 'params'>, language: 'id' | 'en'): Words {
  const fill = (text: string) =>
    text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
      const value = finding.params[name];
      return typeof value === 'number' ? NUMBERS[language].format(value) : (value ?? '…');
    });
  const { says, act } = FINDING_WORDS[finding.code][language];
  return { says: fill(says), act: act === null ? null : fill(act) };
}
