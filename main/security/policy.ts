import type { Session } from 'electron';

/** The one origin that the window may be, and the one page of it. */
export const APP_SCHEME = 'app';
export const APP_ORIGIN = 'app://rekam';
export const APP_PAGE = `${APP_ORIGIN}/index.html`;

/** @param nonce for the style elements that Mantine writes; scripts come from our own files alone */
export function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/**
 * Electron before 30 asks about audio whenever a page lists its cameras, and hides them all on a no (electron#42775).
 * The check opens no microphone: that is a request, and refused.
 */
const LISTS_BY_AUDIO = Number.parseInt(process.versions.electron ?? '', 10) < 30;

/** Video for our own page (the camera at the desk); every other permission is refused, asked or checked. */
export function restrictPermissions(session: Session): void {
  session.setPermissionRequestHandler((contents, permission, decide, details) => {
    const mediaTypes = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    const cameraOnly =
      permission === 'media' && mediaTypes.length > 0 && mediaTypes.every((type) => type === 'video');
    decide(cameraOnly && contents.getURL().startsWith(`${APP_ORIGIN}/`));
  });
  session.setPermissionCheckHandler((_contents, permission, origin, details) => {
    const asked = details.mediaType === 'video' || (LISTS_BY_AUDIO && details.mediaType === 'audio');
    return permission === 'media' && asked && origin.startsWith(APP_ORIGIN);
  });
  session.setDevicePermissionHandler(() => false);
}
