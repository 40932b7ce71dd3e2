import { verify } from '@node-rs/argon2';

/** Of no account: verified against when a user name is unknown, so that its absence takes as long as a wrong password. */
const NOBODY =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZS1maXhlZC1zYWx0$2XzPGE1Y5lTJzq0zWl0VdM8l1JfnpZcxo2bwC5a8X2k';

/** argon2id, PHC string as the center made it (19 MiB, t = 2). An unreadable hash matches nothing. */
export async function passwordMatches(hash: string | null, password: string): Promise<boolean> {
  try {
    const matches = await verify(hash ?? NOBODY, password);
    return hash !== null && matches;
  } catch {
    return false;
  }
}
