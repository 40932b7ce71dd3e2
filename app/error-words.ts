import type { ErrorCode } from './errors.ts';

/**
 * What happened, that nothing is lost, what to do: for each error in Bahasa Indonesia and English.
 * `{{name}}` is filled from the error's params.
 */
export const ERROR_WORDS: Readonly<Record<ErrorCode, { readonly id: string; readonly en: string }>> = {
  'activation.length': {
    id: 'Kode aktivasi harus 43 huruf dan angka. Periksa lagi pada lembar dari pusat, lalu ketik ulang.',
    en: 'An activation code has 43 letters and digits. Check the sheet from the center and type it again.',
  },
  'activation.mistyped': {
    id: 'Ada huruf atau angka kode aktivasi yang salah ketik. Cocokkan per kelompok dengan lembar dari pusat.',
    en: 'A letter or digit of the activation code is mistyped. Compare it group by group with the sheet from the center.',
  },
  'activation.invalid': {
    id: 'Pusat tidak mengenal kode aktivasi ini. Periksa lembarnya, atau mintalah kode baru kepada pusat.',
    en: 'The center does not know this activation code. Check the sheet, or ask the center for a new code.',
  },
  'activation.used': {
    id: 'Kode aktivasi ini sudah dipakai stasiun lain. Mintalah kode baru kepada pusat.',
    en: 'This activation code was already used by another station. Ask the center for a new code.',
  },
  'activation.done': {
    id: 'Stasiun ini sudah aktif. Silakan masuk.',
    en: 'This station is already activated. Please log in.',
  },
  'activation.foreignCenter': {
    id: 'Alamat ini bukan pusat yang menerbitkan kode aktivasi. Tidak ada data yang dikirim. Periksa alamatnya; bila sudah benar, hubungi pusat.',
    en: 'This address is not the center that issued the activation code. Nothing was sent. Check the address; if it is right, call the center.',
  },
  'center.url': {
    id: 'Alamat pusat harus dimulai dengan https://, misalnya https://pusat.contoh.go.id. Periksa ketikannya.',
    en: "The center's address must begin with https://, for example https://pusat.contoh.go.id. Check the spelling.",
  },
  'center.unreachable': {
    id: 'Pusat belum dapat dihubungi. Tidak ada yang hilang. Periksa alamat dan kabel jaringan, lalu coba lagi.',
    en: 'The center cannot be reached yet. Nothing is lost. Check the address and the network cable, then try again.',
  },
  'center.answer': {
    id: 'Jawaban dari alamat ini bukan jawaban pusat. Tidak ada yang hilang. Periksa alamatnya, lalu coba lagi.',
    en: 'The answer from this address is not an answer of the center. Nothing is lost. Check the address and try again.',
  },
  'login.wrong': {
    id: 'Nama pengguna atau kata sandi tidak cocok. Coba lagi.',
    en: 'User name or password does not match. Try again.',
  },
  'login.locked': {
    id: 'Terlalu banyak kata sandi salah. Akun ini terkunci {{seconds}} lagi; draf dan antrean tetap aman. Lupa kata sandi? Penyelia dapat memberi kata sandi sekali pakai.',
    en: 'Too many wrong passwords. This account is locked for {{seconds}}; drafts and outbox are safe. Forgot the password? The supervisor can give you one for a single login.',
  },
  'login.required': {
    id: 'Sesi Anda sudah berakhir. Masuklah kembali; draf tetap seperti saat ditinggalkan.',
    en: 'Your session has ended. Log in again; the draft is as you left it.',
  },
  'login.noAccounts': {
    id: 'Daftar akun belum diterima dari pusat. Tunggu sampai data warga selesai diunduh.',
    en: 'The accounts have not arrived from the center yet. Wait until the reference data is downloaded.',
  },
  'role.forbidden': {
    id: 'Hanya penyelia yang dapat melakukan ini. Mintalah kepada penyelia.',
    en: 'Only the supervisor can do this. Ask the supervisor.',
  },
  'request.invalid': {
    id: 'Permintaan ini tidak dimengerti stasiun. Tidak ada yang berubah. Bila berulang, hubungi pusat.',
    en: 'The station did not understand this request. Nothing was changed. If it happens again, call the center.',
  },
  'resident.unknown': {
    id: 'NIK ini tidak ada di data warga kecamatan ini. Periksa angkanya, atau periksa apakah warga ini terdaftar di kecamatan lain.',
    en: 'This NIK is not in the residents of this kecamatan. Check the digits, or whether the resident is registered in another kecamatan.',
  },
  'resident.recordedHere': {
    id: 'Warga ini sudah direkam di stasiun ini pada {{at}}. Tidak perlu direkam lagi; beri tahu warga bahwa datanya aman.',
    en: 'This resident was already recorded at this station on {{at}}. No second recording is needed; tell the resident that the data is safe.',
  },
  'resident.recordedElsewhere': {
    id: 'Menurut pusat warga ini sudah direkam pada {{at}}. Tidak perlu direkam lagi.',
    en: 'According to the center this resident was already recorded on {{at}}. No second recording is needed.',
  },
  'ticket.stale': {
    id: 'Nomor ini dari antrean hari lain: tanggal meja sudah berganti. Tidak ada yang diubah; antrean sudah dimuat ulang, pilih lagi dari sana.',
    en: 'This number is of another day’s queue: the date at the desk has changed. Nothing was changed; the queue was loaded again, choose from it.',
  },
  'ticket.elsewhere': {
    id: 'Warga ini sedang dilayani di meja lain dengan nomor {{number}}. Tidak perlu nomor baru.',
    en: 'This resident is being served at another desk, as number {{number}}. No new number is needed.',
  },
  'draft.unknown': {
    id: 'Draf ini sudah tidak ada: sudah direkam atau dihapus. Buka lagi warga dari antrean.',
    en: 'This draft no longer exists: it was recorded or dropped. Open the resident again from the queue.',
  },
  'draft.stale': {
    id: 'Ada versi draf yang lebih baru di stasiun ini. Tidak ada yang hilang; draf dimuat ulang.',
    en: 'The station holds a newer version of this draft. Nothing is lost; the draft is loaded again.',
  },
  'draft.incomplete': {
    id: 'Perekaman belum lengkap. Lengkapi langkah yang ditandai, atau catat pengecualian dengan alasannya.',
    en: 'The enrollment is not complete. Finish the marked steps, or note an exception with its reason.',
  },
  'draft.tooLarge': {
    id: 'Rekaman ini {{megabytes}} MB, lebih besar daripada yang diterima pusat. Bagian terbesar: {{part}}. Ambil bagian itu sekali lagi; yang lain tetap tersimpan dalam draf.',
    en: 'This recording takes {{megabytes}} MB, more than the center accepts. The largest part: {{part}}. Capture that part once more; everything else stays in the draft.',
  },
  'draft.unreadable': {
    id: 'Draf ini tidak dapat dibaca dan disisihkan; antrean kirim tidak terpengaruh. Mulailah perekaman warga ini dari awal dan hubungi pusat.',
    en: 'This draft cannot be read and was set aside; the outbox is not affected. Begin this resident again and call the center.',
  },
  'correction.unconfirmed': {
    id: 'Perbaikan biodata ini belum dikuatkan dengan kata sandi petugas. Draf tetap tersimpan. Buka perbaikannya, lalu kuatkan lagi.',
    en: "This correction was not confirmed with an operator's password. The draft is kept. Open the correction and confirm it again.",
  },
  'password.wrong': {
    id: 'Kata sandi tidak cocok. Tidak ada yang berubah. Ketik lagi kata sandi Anda sendiri.',
    en: 'The password does not match. Nothing was changed. Type your own password again.',
  },
  'password.mustChange': {
    id: 'Kata sandi Anda diberikan orang lain. Gantilah dulu dengan kata sandi sendiri, lalu lanjutkan.',
    en: 'Your password was given to you by somebody else. Change it to one of your own first, then go on.',
  },
  'password.short': {
    id: 'Kata sandi harus sedikitnya 8 huruf, angka atau tanda. Satu kalimat pendek mudah diingat.',
    en: 'A password needs at least 8 letters, digits or signs. A short sentence is easy to remember.',
  },
  'password.username': {
    id: 'Kata sandi tidak boleh sama dengan nama pengguna. Pilih yang lain.',
    en: 'The password must not be the user name. Choose another.',
  },
  'password.same': {
    id: 'Ini kata sandi yang lama. Pilih yang lain.',
    en: 'This is the old password. Choose another.',
  },
  'account.unknown': {
    id: 'Akun operator ini tidak ada lagi di kecamatan ini. Tidak ada yang berubah. Muat ulang daftarnya.',
    en: 'This operator account is no longer in this kecamatan. Nothing was changed. Load the list again.',
  },
  'second.same': {
    id: 'Orang kedua harus orang lain. Mintalah rekan Anda memasukkan nama pengguna dan kata sandinya sendiri.',
    en: 'The second person must be somebody else. Ask a colleague to enter their own user name and password.',
  },
  'second.noSupervisor': {
    id: 'Salah satu dari dua orang harus penyelia. Tidak ada yang dilakukan. Mintalah penyelia.',
    en: 'One of the two must be a supervisor. Nothing was done. Ask the supervisor.',
  },
  'second.mustChange': {
    id: 'Orang kedua masih memakai kata sandi sekali pakai, yang diketahui orang lain. Ia harus masuk dan menggantinya dulu.',
    en: 'The second person still has a password for a single login, which somebody else knows. They must log in and change it first.',
  },
  'day.unexplained': {
    id: 'Hari ini belum dapat ditutup: masih ada selisih. Tidak ada yang hilang. Selesaikan selisihnya, atau tuliskan alasannya.',
    en: 'The day cannot be closed yet: something still differs. Nothing is lost. Settle it, or write the reason.',
  },
  'setting.range': {
    id: 'Isi angka dari {{min}} sampai {{max}}. Aturan pusat boleh diperketat, tidak boleh dilonggarkan. Tidak ada yang berubah.',
    en: "Type a number from {{min}} to {{max}}. The center's rule may be made stricter, never weaker. Nothing has changed.",
  },
  'audit.folder': {
    id: 'Catatan audit tidak dapat ditulis utuh ke folder ini. Tidak ada yang hilang di stasiun. Pilih folder atau disk lain, lalu coba lagi.',
    en: 'The audit log could not be written whole to this folder. Nothing is lost at the station. Choose another folder or disk and try again.',
  },
  'device.missing': {
    id: 'Pemindai tidak ditemukan. Rekaman yang sudah diambil tetap tersimpan. Periksa kabelnya, lalu tekan Ulangi.',
    en: 'No scanner was found. What was captured is kept. Check its cable, then press Again.',
  },
  'device.busy': {
    id: 'Pemindai sedang sibuk. Rekaman yang sudah diambil tetap tersimpan. Tunggu sebentar, lalu tekan Ulangi.',
    en: 'The scanner is busy. What was captured is kept. Wait a moment, then press Again.',
  },
  'device.failed': {
    id: 'Pemindai berhenti di tengah pengambilan. Rekaman sebelumnya tetap tersimpan. Pasang kembali kabelnya, lalu tekan Ulangi.',
    en: 'The scanner stopped in the middle of a capture. Earlier captures are kept. Plug it in again, then press Again.',
  },
  'device.unplugged': {
    id: 'Pemindai terlepas. Rekaman yang sudah diambil tetap tersimpan. Pasang kembali kabelnya, lalu tekan Ulangi.',
    en: 'The scanner was unplugged. What was captured is kept. Plug its cable in again, then press Again.',
  },
  'device.notReady': {
    id: 'Pemindai belum siap. Rekaman yang sudah diambil tetap tersimpan. Tunggu lampunya menyala, lalu tekan Ulangi.',
    en: 'The scanner is not ready yet. What was captured is kept. Wait for its light, then press Again.',
  },
  'device.timeout': {
    id: 'Pemindai tidak menjawab pada waktunya. Rekaman yang sudah diambil tetap tersimpan. Letakkan jari atau mata lagi, lalu tekan Ulangi.',
    en: 'The scanner did not answer in time. What was captured is kept. Place the fingers or eyes again, then press Again.',
  },
  'device.unregistered': {
    id: 'Pemindai ini belum terdaftar pada penyedianya, jadi hasilnya tidak dapat dipercaya. Draf tetap tersimpan. Pakai pemindai lain atau hubungi pusat.',
    en: 'This scanner is not registered with its provider, so its results cannot be trusted. The draft is kept. Use another scanner or call the center.',
  },
  'device.foreign': {
    id: 'Pemindai ini bukan dari penyedia yang diakui pusat. Hasilnya tidak dipakai; draf tetap tersimpan. Pakai pemindai lain atau hubungi pusat.',
    en: 'This scanner is not of a provider that the center recognises. Its result was not used; the draft is kept. Use another scanner or call the center.',
  },
  'device.untrusted': {
    id: 'Tanda tangan digital pemindai tidak sah, jadi hasilnya tidak dipakai. Draf tetap tersimpan. Pakai pemindai lain atau hubungi pusat.',
    en: 'The digital signature of the scanner is not valid, so its result was not used. The draft is kept. Use another scanner or call the center.',
  },
  'device.mismatch': {
    id: 'Jawaban pemindai bukan untuk pengambilan ini, jadi tidak dipakai. Rekaman sebelumnya tetap tersimpan. Tekan Ulangi.',
    en: 'The answer of the scanner was not for this capture and was not used. Earlier captures are kept. Press Again.',
  },
  'device.answer': {
    id: 'Pemindai memberi jawaban yang tidak dapat dibaca. Rekaman sebelumnya tetap tersimpan. Cabut dan pasang lagi pemindai, lalu tekan Ulangi.',
    en: 'The scanner gave an answer that cannot be read. Earlier captures are kept. Unplug the scanner, plug it in again, then press Again.',
  },
  'camera.missing': {
    id: 'Kamera tidak ditemukan. Draf tetap tersimpan. Pasang kamera, lalu tekan Ulangi; langkah lain dapat dikerjakan dulu.',
    en: 'No camera was found. The draft is kept. Plug the camera in, then press Again; other steps can be done first.',
  },
  'camera.refused': {
    id: 'Kamera sedang dipakai program lain atau ditolak sistem. Draf tetap tersimpan. Tutup program lain itu, lalu tekan Ulangi.',
    en: 'The camera is used by another program or refused by the system. The draft is kept. Close that program, then press Again.',
  },
  'camera.faceModel': {
    id: 'Pemeriksa wajah tidak dapat dijalankan. Draf tetap tersimpan. Periksa sendiri fotonya, lalu simpan dengan alasan.',
    en: 'The face check cannot be run. The draft is kept. Judge the photo yourself and keep it with a reason.',
  },
  'slip.unrecorded': {
    id: 'Bukti perekaman baru dapat dicetak setelah perekaman tersimpan. Tidak ada yang hilang. Selesaikan perekamannya dahulu.',
    en: 'A slip can be printed only after the enrollment is stored. Nothing is lost. Finish the enrollment first.',
  },
  'slip.stale': {
    id: 'Bukti ini baru saja dicetak lagi atau berganti di layar, jadi yang ini tidak dicetak. Tidak ada yang hilang. Periksa tandanya, lalu cetak lagi.',
    en: 'This slip was just printed again or has changed on the screen, so this one was not printed. Nothing is lost. Check its mark, then print again.',
  },
  'slip.printer': {
    id: 'Printer tidak menerima bukti perekaman. Perekamannya sendiri aman. Periksa kertas dan kabel, cetak lagi, atau simpan sebagai PDF.',
    en: 'The printer did not take the slip. The enrollment itself is safe. Check paper and cable and print again, or save a PDF.',
  },
  'slip.file': {
    id: 'Berkas PDF tidak dapat ditulis di tempat itu. Perekamannya sendiri aman. Pilih folder atau disk lain.',
    en: 'The PDF could not be written there. The enrollment itself is safe. Choose another folder or disk.',
  },
  'slip.erased': {
    id: 'Data warga pada paket ini sudah dihapus dari stasiun sesuai masa simpan, jadi bukti tidak dapat dicetak lagi. Perekamannya sudah diterima pusat.',
    en: "The resident's data of this packet was erased from the station after its retention time, so the slip cannot be printed again. The center has the enrollment.",
  },
  'packet.unknown': {
    id: 'Paket ini tidak ada di antrean kirim stasiun ini.',
    en: "This packet is not in this station's outbox.",
  },
  'review.own': {
    id: 'Perekaman ini Anda buat sendiri, jadi penyelia lain yang harus memeriksanya. Paketnya tetap aman dan menunggu di stasiun ini.',
    en: 'You recorded this one yourself, so another supervisor must look at it. The packet stays safe and waits at this station.',
  },
  'packet.state': {
    id: 'Keadaan paket ini baru saja berubah, jadi tindakan itu tidak berlaku lagi. Lihat keadaan terbarunya.',
    en: 'The state of this packet has just changed, so that action no longer applies. Look at its latest state.',
  },
  'sync.running': {
    id: 'Sinkronisasi sedang berjalan. Tunggu sampai selesai, atau batalkan dulu.',
    en: 'A sync is already running. Wait until it ends, or cancel it first.',
  },
  'courier.nothing': {
    id: 'Tidak ada paket yang menunggu kirim, jadi tidak ada yang perlu dibawa.',
    en: 'No packet is waiting to be sent, so there is nothing to carry.',
  },
  'courier.running': {
    id: 'Penyalinan atau impor paket kurir sedang berjalan. Tunggu sampai selesai, atau hentikan dahulu.',
    en: 'A courier pack is being copied or imported. Wait until it ends, or stop it first.',
  },
  'courier.noRoom': {
    id: 'Disk itu hanya cukup untuk {{fits}} dari {{packets}} paket, jadi belum ada yang disalin. Semua paket tetap aman di stasiun ini. Kosongkan disk itu atau pilih disk lain.',
    en: 'That disk has room for only {{fits}} of {{packets}} packets, so nothing was copied yet. All packets are safe at this station. Free some space on it or choose another disk.',
  },
  'courier.diskFull': {
    id: 'Disk itu penuh sebelum semua paket tersalin. Semua paket tetap aman di stasiun ini. Kosongkan disk itu, lalu salin lagi; yang sudah tersalin tidak diulang.',
    en: 'That disk filled up before all packets were copied. All packets are safe at this station. Free some space on it and copy again; what is there already is not copied twice.',
  },
  'courier.diskGone': {
    id: 'Disk itu terlepas atau tidak dapat dibaca dan ditulis. Semua paket tetap aman di stasiun ini. Pasang kembali disknya atau pilih disk lain, lalu salin lagi; yang sudah tersalin tidak diulang.',
    en: 'That disk was pulled out or cannot be read and written. All packets are safe at this station. Plug it in again or choose another disk, then copy again; what is there already is not copied twice.',
  },
  'courier.damaged': {
    id: 'Yang terbaca kembali dari disk itu tidak sama dengan yang disalin, jadi disk itu tidak dapat dipercaya. Semua paket tetap aman di stasiun ini. Salin lagi ke disk lain.',
    en: 'What was read back from that disk is not what was copied, so the disk cannot be trusted. All packets are safe at this station. Copy again to another disk.',
  },
  'courier.notReceipts': {
    id: 'Berkas itu bukan berkas tanda terima dari pusat, atau tidak dapat dibaca. Tidak ada yang berubah. Pilih berkas tanda-terima.jsonl yang dikembalikan pusat.',
    en: 'That file is not a file of receipts from the center, or it cannot be read. Nothing was changed. Choose the file tanda-terima.jsonl that the center gave back.',
  },
  'schedule.fileGone': {
    id: 'Berkas daftar itu tidak ditemukan lagi atau tidak dapat dibaca. Jadwal tidak berubah. Pasang kembali disknya, lalu pilih berkasnya sekali lagi.',
    en: 'That list is no longer there or cannot be read. The schedule is unchanged. Connect its disk again, then choose the file once more.',
  },
  'schedule.fileChanged': {
    id: 'Berkas daftar berubah sejak dibaca. Jadwal tidak berubah. Tutup berkasnya di program lain, lalu pilih sekali lagi.',
    en: 'The list has changed since it was read. The schedule is unchanged. Close the file in other programs, then choose it once more.',
  },
  'schedule.tooLarge': {
    id: 'Berkas itu terlalu besar: paling banyak {{rows}} baris dan {{megabytes}} MB. Jadwal tidak berubah. Bagi daftarnya menjadi beberapa berkas.',
    en: 'That file is too large: at most {{rows}} lines and {{megabytes}} MB. The schedule is unchanged. Split the list into several files.',
  },
  'schedule.encoding': {
    id: 'Huruf di berkas itu tidak tersimpan sebagai UTF-8. Jadwal tidak berubah. Di Excel simpan sebagai "CSV UTF-8 (dibatasi koma)", lalu pilih lagi.',
    en: 'The letters in that file are not stored as UTF-8. The schedule is unchanged. In Excel save it as "CSV UTF-8 (comma delimited)", then choose it again.',
  },
  'schedule.notCsv': {
    id: 'Berkas itu bukan daftar CSV yang utuh. Jadwal tidak berubah. Di Excel pilih Simpan sebagai, CSV UTF-8, lalu pilih berkas yang baru.',
    en: 'That file is not a whole CSV list. The schedule is unchanged. In Excel choose Save as, CSV UTF-8, then choose the new file.',
  },
  'schedule.columns': {
    id: 'Baris pertama tidak menyebut kolomnya. Jadwal tidak berubah. Tulis nik, tanggal dan sesi di baris pertama; desa dan nama boleh ditambahkan.',
    en: 'The first line does not name the columns. The schedule is unchanged. Write nik, tanggal and sesi in the first line; desa and nama may be added.',
  },
  'schedule.empty': {
    id: 'Tidak ada satu pun warga di berkas itu. Jadwal tidak berubah. Periksa apakah berkasnya benar.',
    en: 'There is not one resident in that file. The schedule is unchanged. Check that it is the right file.',
  },
  'schedule.running': {
    id: 'Sebuah daftar sedang dibaca atau dimasukkan. Tunggu sampai selesai, atau batalkan dahulu.',
    en: 'A list is being read or taken in. Wait until it has ended, or cancel it first.',
  },
  'schedule.stale': {
    id: 'Daftar yang dibaca sudah tidak ada lagi. Jadwal tidak berubah. Pilih berkasnya sekali lagi.',
    en: 'The list that was read is no longer there. The schedule is unchanged. Choose the file once more.',
  },
  'schedule.tooMany': {
    id: 'Sesi ini memuat lebih dari {{max}} warga dari satu desa, terlalu banyak untuk satu daftar. Jadwal tidak berubah. Bagi undangannya ke beberapa sesi.',
    en: 'This session has more than {{max}} residents of one desa, too many for one list. The schedule is unchanged. Spread the summons over several sessions.',
  },
  'schedule.unwritable': {
    id: 'Berkas tidak dapat ditulis di tempat itu. Jadwal tidak berubah. Pilih folder atau disk lain.',
    en: 'The file could not be written there. The schedule is unchanged. Choose another folder or disk.',
  },
  'outages.unwritable': {
    id: 'Berkas tidak dapat ditulis di tempat itu. Catatan gangguan di stasiun tetap utuh. Pilih folder atau disk lain.',
    en: 'The file could not be written there. What the station keeps of its outages is whole. Choose another folder or disk.',
  },
  'progress.unwritable': {
    id: 'Berkas tidak dapat ditulis di tempat itu. Data perekaman tetap utuh. Pilih folder atau disk lain.',
    en: 'The file could not be written there. What was recorded is whole. Choose another folder or disk.',
  },
  'mirror.inside': {
    id: 'Folder itu berada di dalam data stasiun sendiri, jadi bukan salinan kedua. Tidak ada yang berubah. Pilih folder di disk lain.',
    en: "That folder lies inside the station's own data, so it is no second copy. Nothing was changed. Choose a folder on another disk.",
  },
  'mirror.unwritable': {
    id: 'Folder itu tidak dapat ditulisi: terkunci, penuh, atau terlepas. Tidak ada yang berubah dan semua paket tetap aman di stasiun ini. Periksa disknya atau pilih folder lain.',
    en: 'That folder cannot be written to: locked, full or pulled out. Nothing was changed and all packets are safe at this station. Check the disk or choose another folder.',
  },
  'recovery.stale': {
    id: 'Lembar itu sudah dicetak atau ditutup, jadi tidak dapat dicetak lagi: setiap lembar hanya sekali. Buat lembar baru; yang lama tidak berlaku lagi.',
    en: 'That sheet was printed or closed, so it cannot be printed again: each sheet goes on paper once. Make a new one; the old one no longer counts.',
  },
  'takeover.noMirror': {
    id: 'Di situ tidak ada salinan kedua. Tidak ada yang berubah. Pilih disk salinan kedua dari stasiun yang mati, atau folder yang namanya berawalan rekam-salinan-.',
    en: 'There is no second copy there. Nothing was changed. Choose the disk with the second copy of the dead station, or the folder whose name begins with rekam-salinan-.',
  },
  'takeover.severalMirrors': {
    id: 'Di disk itu ada {{many}} salinan kedua. Tidak ada yang berubah. Pilih folder rekam-salinan-… milik stasiun yang mati.',
    en: 'There are {{many}} second copies on that disk. Nothing was changed. Choose the folder rekam-salinan-… of the dead station.',
  },
  'takeover.noKit': {
    id: 'Salinan itu tidak punya berkas pemulihan, atau berkasnya rusak: lembar pemulihannya belum pernah dicetak. Paket di disk itu tetap utuh. Simpan disknya dan hubungi pusat.',
    en: 'That copy has no recovery file, or a damaged one: its recovery sheet was never printed. The packets on the disk are untouched. Keep the disk and call the center.',
  },
  'takeover.ownMirror': {
    id: 'Itu salinan kedua stasiun ini sendiri, jadi tidak perlu diambil alih. Tidak ada yang berubah. Pilih disk dari stasiun yang mati.',
    en: "That is this station's own second copy, so there is nothing to take over. Nothing was changed. Choose the disk of the dead station.",
  },
  'takeover.otherKecamatan': {
    id: 'Salinan itu milik stasiun di kecamatan {{kecamatan}}. Tidak ada yang berubah. Hanya stasiun di kecamatan itu yang dapat mengambil alihnya.',
    en: 'That copy belongs to a station of kecamatan {{kecamatan}}. Nothing was changed. Only a station of that kecamatan can take it over.',
  },
  'takeover.diskGone': {
    id: 'Disk itu terlepas atau tidak terbaca. Yang sudah dibawa masuk tetap aman di stasiun ini. Pasang kembali disknya, lalu ulangi; tidak ada yang masuk dua kali.',
    en: 'That disk was pulled out or cannot be read. What was brought in is safe at this station. Plug it in and begin again; nothing comes in twice.',
  },
  'takeover.codeLength': {
    id: 'Kode pemulihan terdiri dari 25 huruf dan angka. Tidak ada yang berubah. Periksa lagi lembarnya.',
    en: 'A recovery code has 25 letters and digits. Nothing was changed. Look at the sheet again.',
  },
  'takeover.codeMistyped': {
    id: 'Ada huruf yang salah ketik di kode pemulihan. Tidak ada yang berubah. Bandingkan lagi per kelompok lima huruf.',
    en: 'A letter of the recovery code is mistyped. Nothing was changed. Compare it again, five letters at a time.',
  },
  'takeover.codeWrong': {
    id: 'Kode itu benar tulisannya, tetapi bukan untuk salinan ini: dari stasiun lain, atau dari lembar lama yang sudah diganti. Tidak ada yang berubah. Cari lembar terbaru stasiun itu.',
    en: 'That code is typed rightly but is not for this copy: it is of another station, or of an older sheet that was replaced. Nothing was changed. Find the newest sheet of that station.',
  },
  'takeover.password': {
    id: 'Kata sandi {{name}} tidak cocok. Tidak ada yang berubah. Minta orang itu mengetik kata sandinya sendiri sekali lagi.',
    en: 'The password of {{name}} does not match. Nothing was changed. Ask that person to type their own password again.',
  },
  'takeover.running': {
    id: 'Pengambilalihan sedang berjalan. Tunggu sampai selesai; paket yang sudah masuk aman di stasiun ini.',
    en: 'A takeover is running. Wait until it has ended; the packets that came in are safe at this station.',
  },
  'training.busy': {
    id: 'Latihan sedang disiapkan atau diakhiri. Perekaman sungguhan tidak berubah. Tunggu sebentar, lalu coba lagi.',
    en: 'Training is just being prepared or ended. Real enrollments are unchanged. Wait a moment, then try again.',
  },
  'checkup.folder': {
    id: 'Berkas bantuan tidak dapat ditulis di folder itu. Stasiun tidak berubah. Pilih folder atau disk lain.',
    en: 'The support files could not be written to that folder. The station is unchanged. Choose another folder or disk.',
  },
  'disk.low': {
    id: 'Disk stasiun ini tinggal cukup untuk {{residents}} warga, jadi perekaman baru belum dapat dimulai. Semua yang sudah tersimpan tetap aman dan draf yang ada dapat diselesaikan. Minta penyelia mengosongkan disk, lalu coba lagi.',
    en: 'The disk of this station has room for only {{residents}} residents, so no new enrollment can begin. All that is stored is safe, and drafts that are there can be finished. Ask the supervisor to free some space, then try again.',
  },
  'disk.full': {
    id: 'Ruang disk habis. Yang sudah tersimpan tetap aman, yang ini belum tersimpan dan tetap sebagai draf. Kosongkan ruang disk, lalu tekan Simpan lagi.',
    en: 'The disk is full. What was stored is safe; this one is not stored yet and stays a draft. Free some space, then press Save again.',
  },
  'store.newer': {
    id: 'Data di stasiun ini dibuat oleh versi Rekam yang lebih baru. Tidak ada yang diubah. Pasang versi terbaru, lalu jalankan lagi.',
    en: 'The data on this station was made by a newer version of Rekam. Nothing was changed. Install the latest version and start again.',
  },
  'store.damaged': {
    id: 'Berkas data stasiun rusak dan tidak diubah. Jangan hapus apa pun. Tutup Rekam dan jalankan lagi: pemulihan berjalan sendiri. Bila pesan ini tetap muncul, hubungi pusat.',
    en: "The station's data file is damaged and was left as it is. Delete nothing. Close Rekam and start it again: recovery runs by itself. If this message stays, call the center.",
  },
  'store.key': {
    id: 'Kunci data stasiun tidak cocok dengan datanya. Tidak ada yang diubah. Kembalikan folder kunci yang semula, atau hubungi pusat.',
    en: "The station's data key does not fit its data. Nothing was changed. Put the original key folder back, or call the center.",
  },
  'key.unavailable': {
    id: 'Kunci stasiun tidak dapat dibaca dari sistem. Tidak ada yang diubah. Nyalakan ulang komputer; bila tetap begitu, hubungi pusat.',
    en: 'The station keys cannot be read from the system. Nothing was changed. Restart the computer; if it stays so, call the center.',
  },
  internal: {
    id: 'Terjadi kesalahan di stasiun. Yang sudah tersimpan tetap aman. Coba lagi; bila berulang, hubungi pusat.',
    en: 'Something went wrong in the station. What was stored is safe. Try again; if it happens again, call the center.',
  },
};
