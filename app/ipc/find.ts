/** More names that fit are not counted: whoever has so many types another word. */
export const FOUND_COUNTED = 1_000;
