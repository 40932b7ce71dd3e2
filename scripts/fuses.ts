import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';

/**
 * What the packaged program can no longer be made to do, by whoever starts it: these switches are in the executable
 * itself. As electron-builder names them.
 */
export const RELEASE_FUSES = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  grantFileProtocolExtraPrivileges: false,
} as const;
export type Fuses = Partial<Record<keyof typeof RELEASE_FUSES, boolean>>;

const WIRE = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
} as const satisfies Record<keyof typeof RELEASE_FUSES, FuseV1Options>;

/**
 * The test flavour differs where it must: without inspect arguments Playwright cannot attach.
 * @param options.electronMajor before 29 there is no fuse for file:, whose powers are then refused by main alone
 */
export function fusesFor(options: { readonly release: boolean; readonly electronMajor: number }): Fuses {
  const { grantFileProtocolExtraPrivileges, ...old } = RELEASE_FUSES;
  const fuses: Fuses = options.electronMajor < 29 ? old : { ...old, grantFileProtocolExtraPrivileges };
  return options.release ? fuses : { ...fuses, enableNodeCliInspectArguments: true };
}

/** As they stand in an executable; a fuse that it does not have is left out. */
export async function readFuses(executable: string): Promise<Fuses> {
  const wire = await getCurrentFuseWire(executable);
  const found: Fuses = {};
  for (const [name, index] of Object.entries(WIRE) as [keyof typeof WIRE, FuseV1Options][]) {
    const state = wire[index];
    if (state === FuseState.ENABLE || state === FuseState.DISABLE) found[name] = state === FuseState.ENABLE;
  }
  return found;
}
