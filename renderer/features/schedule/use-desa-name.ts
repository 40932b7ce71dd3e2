import { useApp } from '../../app-state.ts';

/** A desa's name by its code; the code itself where the kecamatan does not know it. */
export function useDesaName(): (kode: string) => string {
  const desa = useApp((state) => state.info?.kecamatan?.desa ?? null);
  return (kode) => desa?.find((one) => one.kode === kode)?.nama ?? kode;
}
