/**
 * Names of all channels and events, apart from their schemas so that the sandboxed preload carries no schema library.
 * contract.ts must have exactly these keys, or it does not compile.
 */
export const CHANNELS = [
  'station.info',
  'station.status',
  'station.activate',
  'station.setLanguage',
  'station.setTheme',
  'session.login',
  'session.current',
  'session.logout',
  'session.train',
  'desk.find',
  'desk.resident',
  'desk.today',
  'desk.summons',
  'desk.arrive',
  'desk.ticket',
  'drafts.begin',
  'drafts.list',
  'drafts.load',
  'drafts.commit',
  'drafts.drop',
  'drafts.correct',
  'devices.capture',
  'devices.list',
  'devices.watch',
  'devices.unwatch',
  'intake.record',
  'slip.open',
  'slip.print',
  'tasks.list',
  'tasks.begin',
  'tasks.close',
  'outbox.list',
  'outbox.packet',
  'outbox.hold',
  'outbox.release',
  'outbox.retry',
  'sync.now',
  'sync.cancel',
  'sync.outages',
  'sync.findings',
  'sync.limit',
] as const;
export type Channel = (typeof CHANNELS)[number];

export const EVENT_NAMES = ['station.statusChanged', 'session.ended', 'devices.frame'] as const;
export type EventName = (typeof EVENT_NAMES)[number];
