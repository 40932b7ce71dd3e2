/**
 * What a valid request is on each channel, written down a second time and by hand: a border that takes something which
 * this does not know has a hole, whatever its own schema says.
 */
type Is = (value: unknown) => boolean;

const UUID =
  /^([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}|0{8}(-0{4}){3}-0{12}|f{8}(-f{4}){3}-f{12})$/i;
const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;
const SCANS = ['right4', 'left4', 'thumbs', 'irises', 'verify'];
const DAY = /^\d{4}-\d\d-\d\d$/;
const DESA = /^\d\d\.\d\d\.\d\d\.\d{4}$/;

const text =
  (most: number, least = 0): Is =>
  (value) =>
    typeof value === 'string' && value.length >= least && value.length <= most;
/** Blanks at its ends do not count. */
const words =
  (most: number): Is =>
  (value) =>
    typeof value === 'string' && value.trim().length >= 3 && value.trim().length <= most;
const whole =
  (from: number, to = Number.MAX_SAFE_INTEGER): Is =>
  (value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= from && value <= to;
const anyWhole = whole(Number.MIN_SAFE_INTEGER);
const among =
  (...all: unknown[]): Is =>
  (value) =>
    all.includes(value);
const month: Is = (value) => typeof value === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(value);
/** A date that is there: one that JavaScript gives back as it was. */
const date: Is = (value) =>
  typeof value === 'string' &&
  /^\d{4}-\d{2}-\d{2}$/.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString().startsWith(value);
const yesNo: Is = (value) => value === true || value === false;
const nothing: Is = (value) => value === undefined;
const packet: Is = (value) => typeof value === 'string' && UUID7.test(value);
const orNull =
  (is: Is): Is =>
  (value) =>
    value === null || is(value);
/** May be left out. */
const left =
  (is: Is): Is =>
  (value) =>
    value === undefined || is(value);
const matching =
  (form: RegExp): Is =>
  (value) =>
    typeof value === 'string' && form.test(value);
const list =
  (is: Is, most: number, least = 0): Is =>
  (value) =>
    Array.isArray(value) && value.length >= least && value.length <= most && value.every(is);
const object =
  (fields: Readonly<Record<string, Is>>): Is =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(value).every((key) => Object.hasOwn(fields, key)) &&
    Object.entries(fields).every(([key, is]) => is((value as Record<string, unknown>)[key]));
const either =
  (...all: Is[]): Is =>
  (value) =>
    all.some((is) => is(value));
/** Too large to write down twice: what it did is looked at instead. */
const looked: Is = (value) => typeof value === 'object' && value !== null;
const account: Is = (value) => typeof value === 'string' && UUID.test(value);

const partName = text(40, 1);

const GROUP = { date, session: among('pagi', 'siang'), desa: matching(DESA) };
const LIST = either(object({ kind: among('group'), ...GROUP }), object({ kind: among('carried'), date }));

export const VALID: Readonly<Record<string, Is>> = {
  'station.info': nothing,
  'station.status': nothing,
  'station.activate': object({ centerUrl: text(300), code: text(100) }),
  'station.setLanguage': among('id', 'en'),
  'station.setTheme': among('auto', 'light', 'dark'),
  'station.battery': object({
    level: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    charging: yesNo,
    secondsLeft: orNull((value) => typeof value === 'number' && value >= 0 && value <= 604_800),
  }),
  'station.setAutostart': yesNo,
  'station.shown': nothing,
  'session.login': object({ username: text(60), password: text(200) }),
  'session.current': nothing,
  'session.logout': nothing,
  'session.train': yesNo,
  'desk.find': object({ query: text(100), limit: whole(1, 50) }),
  'desk.resident': text(40),
  'desk.today': nothing,
  'desk.summons': object({
    session: among('pagi', 'siang'),
    desa: matching(DESA),
    offset: whole(0),
    limit: whole(1, 200),
  }),
  'desk.arrive': object({ nik: text(40) }),
  'desk.ticket': either(
    object({ date, number: whole(1), state: among('deferred'), reason: words(120) }),
    object({ date, number: whole(1), state: among('called', 'absent', 'waiting', 'withdrawn') }),
  ),
  'desk.places': nothing,
  'desk.carryOver': object({ date: matching(DAY), session: among('pagi', 'siang') }),
  'desk.carryBack': nothing,
  'drafts.begin': object({ nik: text(40), turn: left(yesNo) }),
  'drafts.list': nothing,
  'drafts.load': packet,
  'drafts.commit': object({ draft: looked, captures: list(looked, 20) }),
  'drafts.drop': object({ packetId: packet, reason: words(200) }),
  'drafts.correct': object({ packetId: packet, correction: looked, password: text(200) }),
  'devices.capture': object({
    packetId: packet,
    step: among(...SCANS),
    excepted: list(partName, 12),
    attempt: whole(1),
  }),
  'devices.list': object({ search: yesNo }),
  'devices.watch': among(...SCANS),
  'devices.unwatch': nothing,
  'intake.record': object({ packetId: packet, revision: anyWhole }),
  'slip.open': packet,
  'slip.print': object({
    packetId: packet,
    printed: whole(0),
    paper: among('80mm', 'a4'),
    printer: orNull(text(300)),
  }),
  'tasks.list': nothing,
  'tasks.begin': packet,
  'tasks.close': object({ packetId: packet, reason: words(200) }),
  'outbox.list': object({
    filter: among('all', 'pending', 'review', 'held', 'received', 'rejected'),
    offset: whole(0),
    limit: whole(1, 200),
    search: left(text(100)),
  }),
  'outbox.packet': packet,
  'outbox.hold': object({ packetId: packet, reason: words(120) }),
  'outbox.release': packet,
  'outbox.retry': packet,
  'review.list': object({ which: among('waiting', 'returned') }),
  'review.open': packet,
  'review.approve': object({ packetIds: list(packet, 1000, 1) }),
  'review.return': object({ packetId: packet, reason: words(200) }),
  'review.takeBack': packet,
  'sync.now': nothing,
  'sync.cancel': nothing,
  'sync.outages': nothing,
  'sync.findings': nothing,
  'sync.office': nothing,
  'sync.limit': looked,
  'progress.read': nothing,
  'progress.calendar': looked,
  'progress.sheet': nothing,
  'progress.print': object({ id: account, printer: orNull(text(300)) }),
  'progress.export': object({ language: among('id', 'en') }),
  'day.read': object({ date: orNull(date) }),
  'day.compare': nothing,
  'day.close': object({ date, reason: orNull(words(400)) }),
  'day.sheet': object({ date, number: whole(1) }),
  'day.print': object({ date, number: whole(1), printer: orNull(text(300)) }),
  'schedule.read': object({ from: orNull(date) }),
  'schedule.people': object({ ...GROUP, offset: whole(0), limit: whole(1, 200) }),
  'schedule.capacity': object({ pagi: whole(1, 2000), siang: whole(1, 2000) }),
  'schedule.sheet': LIST,
  'schedule.print': object({ id: account, printer: orNull(text(300)) }),
  'schedule.export': either(LIST, object({ kind: among('problems'), language: among('id', 'en') })),
  'schedule.choose': nothing,
  'schedule.problems': object({ offset: whole(0), limit: whole(1, 200) }),
  'schedule.take': object({ moved: yesNo }),
  'schedule.drop': nothing,
  'outages.read': object({ month: orNull(month) }),
  'outages.sheet': object({ month }),
  'outages.print': object({ id: account, printer: orNull(text(300)) }),
  'outages.export': object({ month, language: among('id', 'en') }),
  'settings.read': nothing,
  'settings.change': either(
    object({
      key: among('fingerThreshold', 'irisThreshold', 'maxAttempts', 'retentionDays', 'idleLockMinutes'),
      value: orNull(whole(0, 3650)),
    }),
    object({ key: among('review'), value: orNull(among('off', 'sample', 'all')) }),
    object({
      key: among('stepOrder'),
      value: orNull(
        (value) =>
          Array.isArray(value) &&
          value.toSorted((a, b) => String(a).localeCompare(String(b))).join() ===
            'irises,left4,photo,right4,signature,thumbs',
      ),
    }),
  ),
  'checkup.run': object({ last: yesNo, cameras: left(whole(0, 1000)) }),
  'checkup.bundle': nothing,
  'courier.state': nothing,
  'courier.pack': nothing,
  'courier.cancel': nothing,
  'courier.receipts': nothing,
  'mirror.choose': nothing,
  'drafts.fates': object({ packetIds: list(packet, 1000) }),
  'drafts.restore': looked,
  'tasks.photo': packet,
  'recovery.status': nothing,
  'recovery.issue': object({ password: text(200) }),
  'recovery.print': looked,
  'recovery.drop': account,
  'takeover.state': nothing,
  'takeover.choose': nothing,
  'takeover.run': looked,
  'takeover.retry': nothing,
  'session.changePassword': object({ current: orNull(text(200)), password: text(200) }),
  'accounts.list': nothing,
  'accounts.reset': object({ accountId: account, password: text(200) }),
  'audit.list': looked,
  'audit.verify': nothing,
  'audit.export': object({ second: object({ username: text(60), password: text(200) }) }),
};
