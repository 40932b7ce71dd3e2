/** The switch that the system's own start of the station carries; apart, since the first stage reads it (boot.ts). */
export const AT_LOGIN = '--at-login';
