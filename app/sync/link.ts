/** State of the link as people see it, and why. */
export const LINK_STATES = ['unknown', 'online', 'slow', 'offline'] as const;
export type LinkState = (typeof LINK_STATES)[number];

export const LINK_CAUSES = [
  'noNetwork',
  'dns',
  'refused',
  'timeout',
  'tls',
  'captivePortal',
  'centerError',
  'clock',
  'paused',
  'notAllowed',
] as const;
/**
 * noNetwork: no local network · dns: the center's name cannot be found · refused · timeout · tls: not our center's
 * certificate · captivePortal: something else answers in its place · centerError: it answers with an error · clock ·
 * paused: it asks us to wait · notAllowed: it no longer knows this station
 */
export type LinkCause = (typeof LINK_CAUSES)[number];
