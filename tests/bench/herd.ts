import { simulateHerd } from '../sim/herd.ts';
import type { Area, Found } from './goals.ts';

export const herd: Area = {
  name: 'herd',
  measures: ['herd-attempts', 'herd-drain', 'herd-peak'],
  run: measure,
};

/** Every station of the program at once, in virtual time: the same to the digit on every machine. */
const STATIONS = 12_400;
const PACKETS = 20;
const PACKETS_PER_SECOND = 600;

async function measure(): Promise<Found> {
  const result = await simulateHerd({
    ...{ stations: STATIONS, packets: PACKETS, packetsPerSecond: PACKETS_PER_SECOND },
    ...{ maxUploads: 8_000, seed: 'bench' },
  });
  return {
    ratios: {
      'herd-attempts': result.attemptsPerSuccess,
      'herd-drain': result.drain,
      'herd-peak': result.peak,
    },
    beside: [
      ['stations, packets, capacity', `${STATIONS}, ${result.received}, ${PACKETS_PER_SECOND}/s`],
      ['drained in', `${result.seconds.toFixed(0)} s`],
      ['busiest second with every small call', `${result.peakOfAll.toFixed(2)} × capacity`],
    ],
  };
}
