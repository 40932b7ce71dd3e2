/**
 * Names of all channels and events, apart from their schemas so that the sandboxed preload carries no schema library.
 * contract.ts must have exactly these keys, or it does not compile.
 */
export const CHANNELS = [
  'station.info',
  'station.status',
  'station.activate',
  'station.setLanguage',
  'session.login',
  'session.current',
  'session.logout',
  'desk.find',
  'desk.resident',
  'desk.today',
  'drafts.begin',
  'drafts.list',
  'drafts.load',
  'drafts.commit',
  'drafts.drop',
  'devices.capture',
  'devices.list',
  'intake.record',
  'outbox.list',
  'sync.now',
  'sync.cancel',
  'sync.outages',
] as const;
export type Channel = (typeof CHANNELS)[number];

export const EVENT_NAMES = ['station.statusChanged', 'session.ended'] as const;
export type EventName = (typeof EVENT_NAMES)[number];
