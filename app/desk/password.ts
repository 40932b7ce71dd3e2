/** What a password of a person's own must be. A sentence is better than any mixture of signs, so nothing asks for one. */
export const PASSWORD_MIN = 8;
export const PASSWORD_MAX = 200;

export type PasswordFault = 'short' | 'username' | 'same';

/**
 * @param before the password until now, where it is known; main holds the new one against its hash besides
 * @returns what is wrong with it; null when it may be taken
 */
export function passwordFault(
  password: string,
  { username, before }: { readonly username: string; readonly before: string | null },
): PasswordFault | null {
  if ([...password].length < PASSWORD_MIN || password.trim() === '') return 'short';
  if (password.trim().toLowerCase() === username.trim().toLowerCase()) return 'username';
  return password === before ? 'same' : null;
}
