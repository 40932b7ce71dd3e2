import { randomBytes } from 'node:crypto';

/** Native code that the first login needs, and no start: the system takes a while to load it. */
const argon2 = () => import('./argon2.ts');

/** Of no account: verified against when a user name is unknown, so that its absence takes as long as a wrong password. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZS1maXhlZC1zYWx0$2XzPGE1Y5lTJzq0zWl0VdM8l1JfnpZcxo2bwC5a8X2k';

/** argon2id, PHC string as the center made it (19 MiB, t = 2). An unreadable hash matches nothing. */
export async function passwordMatches(hash: string | null, password: string): Promise<boolean> {
  const { verify } = await argon2();
  try {
    const matches = await verify(hash ?? NOBODY, password);
    return hash !== null && matches;
  } catch {
    return false;
  }
}

/** argon2id at the center's own cost, so that it takes the hash over as it is. */
export async function hashPassword(password: string): Promise<string> {
  const { hash } = await argon2();
  return hash(password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
}

/** Without letters and digits that are taken for one another when they are read aloud or copied from paper. */
const ONE_TIME_SIGNS = 'abcdefghjkmnpqrstvwxyz23456789';

/** For one login: two groups of five, some 49 bits. */
export function oneTimePassword(): string {
  const signs: string[] = [];
  // What lies above the last whole multiple would make the first signs likelier.
  const limit = 256 - (256 % ONE_TIME_SIGNS.length);
  while (signs.length < 10)
    for (const byte of randomBytes(16))
      if (byte < limit && signs.length < 10) signs.push(ONE_TIME_SIGNS[byte % ONE_TIME_SIGNS.length] ?? '');
  return `${signs.slice(0, 5).join('')}-${signs.slice(5).join('')}`;
}
