import type { StationInfo } from './status.ts';

/**
 * How the login of an activated station looks. The database knows it too, but opens only after the page is there: with
 * this the login stands meanwhile, and takes what is typed. Nothing but the look follows from it.
 */
export type FirstPicture = Pick<StationInfo, 'language' | 'theme'>;

const LOOK = /^(id|en) (auto|light|dark)$/;

/** In main's file and in the page's head: `id auto`, or nothing. */
export function firstPictureText(picture: FirstPicture | null): string {
  return picture === null ? '' : `${picture.language} ${picture.theme}`;
}

/** Null for whatever `firstPictureText` would not have written: the page then waits for the station. */
export function readFirstPicture(text: string): FirstPicture | null {
  const [, language, theme] = LOOK.exec(text) ?? [];
  return language === undefined ? null : ({ language, theme } as FirstPicture);
}
