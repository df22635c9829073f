import { parseBinId } from '../../src/bins/bin-id.ts';
import { unknownMetadata } from '../../src/metadata/bin-metadata.ts';
import type { Particle } from '../../src/publish/particle.ts';
import { usualNames } from '../../src/seabass/class-map.ts';
import { documentNames } from '../../src/seabass/documents.ts';
import type { Submission } from '../../src/seabass/submission.ts';
import { type SeabassOf, writeSb } from '../../src/seabass/write-sb.ts';

const cruise = { experiment: 'EXPORTS', cruise: 'EXPORTSNP' };

/** A submission with nothing unusual in it. */
const madeSubmission: Submission = {
  ...cruise,
  dataStatus: 'preliminary',
  release: 1,
  investigators: [
    { name: 'Ada Ng', affiliation: 'Institute of Small Things', email: 'ada.ng@example.org' },
    { name: 'Bo Li', affiliation: 'Sea, Sky & Co.', email: 'bo@example.org' },
  ],
  documents: ['protocol.docx', ...documentNames(cruise)],
  archives: [{ name: 'EXPORTS-EXPORTSNP_IFCB_raw_data_associated.tgz', type: 'raw' }],
  trigger: 'both',
  notes: ['a note  of two\nlines'],
  pixelsPerUm: 2.7488,
  mediaUrl: null,
  mediaEnding: '.png',
  classMap: usualNames,
  sampleType: 'inline',
  depth: 5,
  volumeSampledMl: 5,
};

/** Three particles, one of them without a blob. */
export const madeParticles: readonly Particle[] = [
  {
    roi: 2,
    area: 1331,
    biovolume: 19_158.18555,
    majorAxis: 88,
    minorAxis: 20,
    maxFeret: 110.5,
    minFeret: 27,
    class: { name: 'Diatom', auto: 'Diatom', score: 0.93 },
  },
  {
    roi: 5,
    area: 300,
    biovolume: 3_000.5,
    majorAxis: 30,
    minorAxis: 12,
    maxFeret: 33,
    minFeret: 13,
    class: { name: 'Inoperative', auto: 'Inoperative', score: 0.5 },
  },
  {
    roi: 7,
    area: 0,
    biovolume: 0,
    majorAxis: 0,
    minorAxis: 0,
    maxFeret: 0,
    minFeret: 0,
    class: { name: 'unclassified', auto: 'Crypto', score: 0.2 },
  },
];

/** A SeaBASS file as `ifcb:seabass` writes it. */
export function madeSb(more: { readonly submission?: Partial<Submission>; readonly of?: Partial<SeabassOf> } = {}) {
  const metadata = { ...unknownMetadata, latitude: 49.9041, longitude: -142.6099, volumeImagedMl: 2.6735 };
  const of: SeabassOf = {
    bin: parseBinId('D20180813T194123_IFCB107')!,
    metadata,
    particles: madeParticles,
    ...more.of,
  };
  return writeSb(of, { ...madeSubmission, ...more.submission });
}
