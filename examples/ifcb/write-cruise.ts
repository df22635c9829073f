// A made cruise: raw bins, the track of the ship, the people, and a model.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawBin } from './draw-bin.ts';
import { drawModel } from './draw-model.ts';

const startMs = Date.UTC(2024, 5, 1, 6);
const hourMs = 3_600_000;

/** Writes a cruise of so many bins, two hours apart, each of so many triggers. */
export function writeCruise(
  folder: string,
  { bins, images }: { readonly bins: number; readonly images: number },
): void {
  mkdirSync(join(folder, 'raw'), { recursive: true });
  for (let at = 0; at < bins; at++) {
    const moment = new Date(startMs + at * 2 * hourMs).toISOString().replaceAll(/[-:]|\.\d+Z$/g, '');
    const id = `D${moment}_IFCB199`;
    const drawn = drawBin({ seed: `bin ${at}`, images });
    for (const kind of ['adc', 'hdr', 'roi'] as const) writeFileSync(join(folder, 'raw', `${id}.${kind}`), drawn[kind]);
  }
  // A fix each hour, on the way out of the Gulf of Maine.
  const fixes = Array.from({ length: bins * 2 + 1 }, (_, hour) => {
    const time = new Date(startMs - hourMs / 2 + hour * hourMs).toISOString();
    return `${time},${(42.1 + hour * 0.07).toFixed(4)},${(-70.1 + hour * 0.19).toFixed(4)},${(11.5 + hour * 0.1).toFixed(2)},32.1\n`;
  });
  writeFileSync(join(folder, 'track.csv'), `time,latitude,longitude,temperature,salinity\n${fixes.join('')}`);
  const people = [{ name: 'Ada Ng', affiliation: 'Institute of Small Things', email: 'ada.ng@example.org' }];
  writeFileSync(join(folder, 'people.json'), `${JSON.stringify(people, undefined, 2)}\n`);
  writeFileSync(join(folder, 'model.onnx'), drawModel('coarse'));
}
