import { packZip, type PackEntry } from '@dataset-runner/kit/pack';
import { type Seeded, seeded } from '@dataset-runner/kit/seeded';
import sharp from 'sharp';
import { drawPlate, firstView, nextView, type View } from './draw/plate.ts';
import { type Species, speciesList } from './draw/species.ts';

/** One archive of the collection, as its publisher would offer it. */
export interface DrawnArchive {
  readonly name: string;
  readonly folder: string;
  readonly label: string;
  readonly bytes: Uint8Array;
}

interface Picture {
  /** Six digits: the specimen. */
  readonly specimen: string;
  /** `AA`, `BA`, `CA`: the view. */
  readonly view: string;
  readonly bytes: Buffer;
}

const picturesPerSpecies = 40;

/**
 * Draws a small collection with the habits of real ones, the same for the same seed.
 *
 * Specimens are pictured one to three times; folders have junk in them; one species numbers the pictures of each slide
 * from 001 again; one comes in two archives; and some pictures were handed in twice under other numbers.
 */
export async function drawCollection(seed = 1): Promise<readonly DrawnArchive[]> {
  const archives: DrawnArchive[] = [];
  for (const [index, species] of speciesList.entries()) {
    const random = seeded(`${seed}\n${species.label}`);
    const pictures = await drawSpecies(species, (index + 1) * 100_000, random);
    for (const { name, files } of arrange(species, pictures)) {
      const bytes = await pack(files);
      archives.push({ name, folder: species.folder, label: species.label, bytes });
    }
  }
  return archives;
}

async function drawSpecies(species: Species, firstNumber: number, random: Seeded): Promise<Picture[]> {
  const pictures: Picture[] = [];
  let number = firstNumber + 400 + random.below(90);
  while (pictures.length < picturesPerSpecies) {
    number += 1 + random.below(6);
    const shape = species.valve(random);
    let view: View = firstView(random);
    const views = Math.min(1 + random.below(3), picturesPerSpecies - pictures.length);
    for (let at = 0; at < views; at++) {
      const bytes = await drawPlate(shape, view, random);
      pictures.push({ specimen: String(number), view: `${'ABC'[at]}A`, bytes });
      view = nextView(view, random);
    }
  }
  // Handed in twice: brightened a little and saved again under the number of a specimen that does not exist.
  for (let twin = 0; twin < 3; twin++) {
    const original = pictures[random.below(picturesPerSpecies)] as Picture;
    const bytes = await sharp(original.bytes).linear(1.03, 2).png({ compressionLevel: 9 }).toBuffer();
    pictures.push({ specimen: String(number + 20 + twin), view: 'AA', bytes });
  }
  // And one that is the very same file.
  const copied = pictures[random.below(picturesPerSpecies)] as Picture;
  pictures.push({ specimen: String(number + 40), view: 'AA', bytes: copied.bytes });
  return pictures;
}

interface Arranged {
  readonly name: string;
  readonly files: Map<string, Uint8Array>;
}

function arrange(species: Species, pictures: readonly Picture[]): Arranged[] {
  const plain = ({ specimen, view }: Picture): string => `${specimen}${view}.png`;
  const zip = (
    name: string,
    some: readonly Picture[],
    path: (picture: Picture, index: number) => string,
  ): Arranged => ({
    name,
    files: new Map(some.map((picture, index) => [`${species.folder}/${path(picture, index)}`, picture.bytes])),
  });
  const file = `${species.label}.zip`;
  switch (species.label) {
    case 'navicula_lanceolata': {
      const half = Math.ceil(pictures.length / 2);
      // Two slides, each numbered from 001: copied into one folder, half of them would overwrite the others.
      return [
        zip(
          file,
          pictures,
          (_, index) => `slide${index < half ? 1 : 2}/${String((index % half) + 1).padStart(3, '0')}.png`,
        ),
      ];
    }
    case 'gyrosigma_acuminatum': {
      const whole = zip(file, pictures, plain);
      const first = (pictures[0] as Picture).bytes;
      whole.files.set(`${species.folder}/Thumbs.db`, Buffer.from('d0cf11e0a1b11ae1', 'hex'));
      whole.files.set(`${species.folder}/.DS_Store`, Buffer.from('00000001427564310000', 'hex'));
      whole.files.set(`${species.folder}/readme.txt`, Buffer.from('Pictures taken in spring, 100x oil.\n'));
      whole.files.set(`${species.folder}/broken.png`, first.subarray(0, first.length >> 1));
      return [whole];
    }
    case 'gomphonema_truncatum': {
      const late = pictures.filter((_, index) => index % 3 === 0);
      const early = pictures.filter((_, index) => index % 3 !== 0);
      return [zip(file, early, plain), zip('gomphonema_truncatum_2024.zip', late, plain)];
    }
    case 'fragilaria_crotonensis':
      return [zip(file, pictures, (picture) => `${picture.specimen}/${plain(picture)}`)];
    default:
      return [zip(file, pictures, plain)];
  }
}

async function pack(files: Map<string, Uint8Array>): Promise<Uint8Array> {
  const entries = [...files]
    .map(([key, bytes]): PackEntry => ({ key, bytes }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const pieces: Uint8Array[] = [];
  for await (const piece of packZip(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
}
