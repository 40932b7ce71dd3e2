import { createHash } from 'node:crypto';
import { Decrypter } from 'age-encryption';
import { openBlobs } from '../center/blobs.ts';
import { startCenter } from '../center/center.ts';
import { loadKeys as loadCenterKeys } from '../center/keys.ts';
import { decodePacket } from '../app/enrollment/packet.ts';
import type { PacketId, Sha256 } from '../app/ids.ts';
import { databaseFile } from '../main/intake/start-worker.ts';
import { loadKeys } from '../main/security/keys.ts';
import { openStore } from '../main/store/open-store.ts';
import path from 'node:path';

/** What the desk told the resident: the window's own words, kept outside the station. */
export interface Confirmed {
  readonly nik: string;
  /** Packet number as shown; null where the power failed before the desk could say it and a restart showed it stored. */
  readonly sequence: number | null;
}

export interface DrillAudit {
  readonly atCenter: number;
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  /** Anything else that does not agree, in words. */
  readonly disagreements: readonly string[];
}

interface StationPacket {
  readonly packet_id: PacketId;
  readonly nik: string;
  readonly sequence: number;
  readonly manifest_sha256: string;
  readonly sha256: string;
  readonly state: string;
  readonly received_at: number | null;
}

/** Holds the desk's word, the station's database and the center's database and blobs against each other, at rest. */
export async function auditDrill(input: {
  readonly confirmed: readonly Confirmed[];
  readonly station: { readonly dataDir: string; readonly keyDir: string };
  readonly center: { readonly dataDir: string; readonly database: string | null };
}): Promise<DrillAudit> {
  const station = stationPackets(input.station);
  const center = await centerPackets(input.center);
  const disagreements: string[] = [];
  const lost: string[] = [];

  for (const { nik, sequence } of input.confirmed) {
    const packet = station.find((candidate) => candidate.nik === nik);
    const held =
      packet === undefined ? undefined : center.find((candidate) => candidate.packetId === packet.packet_id);
    if (packet === undefined || held === undefined) {
      lost.push(nik);
      continue;
    }
    const differs =
      (sequence !== null && sequence !== packet.sequence) ||
      held.manifestSha256 !== packet.manifest_sha256 ||
      held.sha256 !== packet.sha256 ||
      held.blobSha256 !== packet.sha256 ||
      held.nik !== nik ||
      packet.received_at === null;
    if (differs)
      disagreements.push(`packet ${packet.packet_id}: ${JSON.stringify({ packet, held, sequence })}`);
  }
  const duplicated = repeated([
    ...center.map((packet) => packet.nik),
    ...center.map((packet) => packet.packetId),
  ]);
  if (station.length !== input.confirmed.length) {
    disagreements.push(
      `the station holds ${station.length} packets, the desk confirmed ${input.confirmed.length}`,
    );
  }
  return { atCenter: center.length, lost, duplicated, disagreements };
}

function stationPackets({
  dataDir,
  keyDir,
}: {
  readonly dataDir: string;
  readonly keyDir: string;
}): StationPacket[] {
  const keys = loadKeys({ keyDir, keystore: null, mayMake: false });
  const { db } = openStore({ file: databaseFile(dataDir), key: keys.database, nativeBinding: null });
  try {
    return db.all<StationPacket>(
      `SELECT p.packet_id, e.nik, p.sequence, p.manifest_sha256, p.sha256, p.state, p.received_at
       FROM packet p JOIN enrollment e USING (packet_id) ORDER BY p.sequence`,
    );
  } finally {
    db.close();
  }
}

interface CenterPacket {
  readonly packetId: PacketId;
  readonly manifestSha256: string;
  readonly sha256: string;
  readonly blobSha256: string;
  readonly nik: string;
}

/** Opens each sealed packet with the center's key: what is held must also be readable. */
async function centerPackets(center: {
  readonly dataDir: string;
  readonly database: string | null;
}): Promise<CenterPacket[]> {
  const running = await startCenter({
    data: center.dataDir,
    ...(center.database !== null && { database: center.database }),
  });
  try {
    const rows = await running.db
      .selectFrom('packet')
      .select(['packet_id', 'manifest_sha256', 'sha256'])
      .execute();
    const blobs = await openBlobs(path.join(center.dataDir, 'blobs'));
    const { sealing } = await loadCenterKeys(center.dataDir);
    const decrypter = new Decrypter();
    decrypter.addIdentity(sealing.identity);
    const packets: CenterPacket[] = [];
    for (const row of rows) {
      const sealed = await blobs.read(row.packet_id as PacketId);
      const opened = decodePacket(await decrypter.decrypt(sealed), sha256);
      packets.push({
        packetId: row.packet_id as PacketId,
        manifestSha256: row.manifest_sha256,
        sha256: row.sha256,
        blobSha256: sha256(sealed),
        nik: opened.ok ? opened.value.enrollment.biodata.nik : opened.error,
      });
    }
    return packets;
  } finally {
    await running.close();
  }
}

function sha256(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256;
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
