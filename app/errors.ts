/** What a person can do next; the window turns it into the primary action. */
export type Hint =
  | 'retry'
  | 'correct'
  | 'goOn'
  | 'askSupervisor'
  | 'callSupport'
  | 'login'
  | 'freeDisk'
  | 'checkDevice';

/**
 * Every error that can reach a person. `retryable` says that the same call may succeed later unchanged.
 * Words in both languages: error-words.ts. Nothing else in a sentence; the code stands small below, for the telephone.
 */
export const ERRORS = {
  'activation.length': { retryable: false, hint: 'correct' },
  'activation.mistyped': { retryable: false, hint: 'correct' },
  'activation.invalid': { retryable: false, hint: 'correct' },
  'activation.used': { retryable: false, hint: 'askSupervisor' },
  'activation.done': { retryable: false, hint: 'goOn' },
  'activation.foreignCenter': { retryable: false, hint: 'callSupport' },
  'center.url': { retryable: false, hint: 'correct' },
  'center.unreachable': { retryable: true, hint: 'retry' },
  'center.answer': { retryable: true, hint: 'retry' },
  'login.wrong': { retryable: false, hint: 'correct' },
  'login.locked': { retryable: true, hint: 'retry' },
  'login.required': { retryable: false, hint: 'login' },
  'login.noAccounts': { retryable: true, hint: 'retry' },
  'role.forbidden': { retryable: false, hint: 'askSupervisor' },
  'request.invalid': { retryable: false, hint: 'callSupport' },
  'resident.unknown': { retryable: false, hint: 'correct' },
  'resident.recordedHere': { retryable: false, hint: 'goOn' },
  'resident.recordedElsewhere': { retryable: false, hint: 'goOn' },
  'ticket.stale': { retryable: false, hint: 'goOn' },
  'ticket.elsewhere': { retryable: true, hint: 'goOn' },
  'draft.unknown': { retryable: false, hint: 'goOn' },
  'draft.stale': { retryable: true, hint: 'retry' },
  'draft.incomplete': { retryable: false, hint: 'correct' },
  'draft.tooLarge': { retryable: false, hint: 'correct' },
  'draft.unreadable': { retryable: false, hint: 'callSupport' },
  'correction.unconfirmed': { retryable: false, hint: 'correct' },
  'password.wrong': { retryable: false, hint: 'correct' },
  'password.mustChange': { retryable: false, hint: 'correct' },
  'password.short': { retryable: false, hint: 'correct' },
  'password.username': { retryable: false, hint: 'correct' },
  'password.same': { retryable: false, hint: 'correct' },
  'account.unknown': { retryable: false, hint: 'goOn' },
  'second.same': { retryable: false, hint: 'correct' },
  'second.noSupervisor': { retryable: false, hint: 'askSupervisor' },
  'second.mustChange': { retryable: false, hint: 'correct' },
  'slip.erased': { retryable: false, hint: 'goOn' },
  'day.unexplained': { retryable: false, hint: 'correct' },
  'setting.range': { retryable: false, hint: 'correct' },
  'audit.folder': { retryable: true, hint: 'retry' },
  'device.missing': { retryable: true, hint: 'checkDevice' },
  'device.busy': { retryable: true, hint: 'retry' },
  'device.failed': { retryable: true, hint: 'checkDevice' },
  'device.unplugged': { retryable: true, hint: 'checkDevice' },
  'device.notReady': { retryable: true, hint: 'checkDevice' },
  'device.timeout': { retryable: true, hint: 'retry' },
  'device.unregistered': { retryable: false, hint: 'callSupport' },
  'device.foreign': { retryable: false, hint: 'callSupport' },
  'device.untrusted': { retryable: false, hint: 'callSupport' },
  'device.mismatch': { retryable: true, hint: 'retry' },
  'device.answer': { retryable: true, hint: 'checkDevice' },
  'camera.missing': { retryable: true, hint: 'checkDevice' },
  'camera.refused': { retryable: true, hint: 'checkDevice' },
  'camera.faceModel': { retryable: true, hint: 'goOn' },
  'slip.unrecorded': { retryable: false, hint: 'correct' },
  'slip.stale': { retryable: true, hint: 'retry' },
  'slip.printer': { retryable: true, hint: 'checkDevice' },
  'slip.file': { retryable: true, hint: 'retry' },
  'packet.unknown': { retryable: false, hint: 'goOn' },
  'review.own': { retryable: false, hint: 'askSupervisor' },
  'packet.state': { retryable: false, hint: 'goOn' },
  'sync.running': { retryable: true, hint: 'goOn' },
  'courier.nothing': { retryable: false, hint: 'goOn' },
  'courier.running': { retryable: true, hint: 'goOn' },
  'courier.noRoom': { retryable: true, hint: 'retry' },
  'courier.diskFull': { retryable: true, hint: 'retry' },
  'courier.diskGone': { retryable: true, hint: 'retry' },
  'courier.damaged': { retryable: true, hint: 'retry' },
  'courier.notReceipts': { retryable: false, hint: 'correct' },
  'schedule.fileGone': { retryable: true, hint: 'retry' },
  'schedule.fileChanged': { retryable: true, hint: 'retry' },
  'schedule.tooLarge': { retryable: false, hint: 'correct' },
  'schedule.encoding': { retryable: false, hint: 'correct' },
  'schedule.notCsv': { retryable: false, hint: 'correct' },
  'schedule.columns': { retryable: false, hint: 'correct' },
  'schedule.empty': { retryable: false, hint: 'correct' },
  'schedule.running': { retryable: true, hint: 'goOn' },
  'schedule.stale': { retryable: false, hint: 'goOn' },
  'schedule.tooMany': { retryable: false, hint: 'correct' },
  'schedule.unwritable': { retryable: true, hint: 'retry' },
  'outages.unwritable': { retryable: true, hint: 'retry' },
  'progress.unwritable': { retryable: true, hint: 'retry' },
  'mirror.inside': { retryable: false, hint: 'correct' },
  'mirror.unwritable': { retryable: true, hint: 'retry' },
  'recovery.stale': { retryable: false, hint: 'goOn' },
  'takeover.noMirror': { retryable: false, hint: 'correct' },
  'takeover.severalMirrors': { retryable: false, hint: 'correct' },
  'takeover.noKit': { retryable: false, hint: 'callSupport' },
  'takeover.ownMirror': { retryable: false, hint: 'correct' },
  'takeover.otherKecamatan': { retryable: false, hint: 'correct' },
  'takeover.diskGone': { retryable: true, hint: 'retry' },
  'takeover.codeLength': { retryable: false, hint: 'correct' },
  'takeover.codeMistyped': { retryable: false, hint: 'correct' },
  'takeover.codeWrong': { retryable: false, hint: 'correct' },
  'takeover.password': { retryable: false, hint: 'correct' },
  'takeover.running': { retryable: true, hint: 'goOn' },
  'training.busy': { retryable: true, hint: 'retry' },
  'checkup.folder': { retryable: true, hint: 'retry' },
  'disk.low': { retryable: true, hint: 'freeDisk' },
  'disk.full': { retryable: true, hint: 'freeDisk' },
  'store.newer': { retryable: false, hint: 'callSupport' },
  'store.damaged': { retryable: false, hint: 'callSupport' },
  'store.key': { retryable: false, hint: 'callSupport' },
  'key.unavailable': { retryable: false, hint: 'callSupport' },
  internal: { retryable: true, hint: 'callSupport' },
} as const satisfies Record<string, { retryable: boolean; hint: Hint }>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** Values that its sentence needs, never personal data beyond what the person already sees. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/** As it crosses a border. */
export interface ErrorShape {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly hint: Hint;
  readonly params: ErrorParams;
}

/** Thrown inside main; the IPC wrapper turns it into an ErrorShape. Anything else that is thrown becomes `internal`. */
export class RekamError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.name = 'RekamError';
    this.code = code;
    this.params = params;
  }
}

export function errorShape(code: ErrorCode, params: ErrorParams = {}): ErrorShape {
  return { code, retryable: ERRORS[code].retryable, hint: ERRORS[code].hint, params };
}
