import { packTar, type PackEntry, packZip } from '@dataset-runner/kit/pack';
import sharp from 'sharp';
import { stanfordFolders } from './breeds.ts';

/** How many images a class of a made Stanford set has: as many as asked, or the real set's 20,580 in 120 uneven classes. */
export type ClassSizes = 'real' | number;

/** Sizes of the classes in the order of their folders. The two retrievers have what they have in truth; the rest is made. */
function sizesOf(sizes: ClassSizes): number[] {
  if (sizes !== 'real') return stanfordFolders.map(() => sizes);
  const known: { readonly [folder: string]: number } = {
    'n02099267-flat-coated_retriever': 152,
    'n02099429-curly-coated_retriever': 151,
    'n02085620-Chihuahua': 152,
    'n02085936-Maltese_dog': 252,
  };
  const made = stanfordFolders.map((folder, index) => known[folder] ?? 150 + ((index * 37) % 44));
  let left = 20_580 - made.reduce((sum, size) => sum + size, 0);
  for (let index = 0; left !== 0; index = (index + 1) % made.length) {
    if (known[stanfordFolders[index] as string] !== undefined) continue;
    made[index] = (made[index] as number) + Math.sign(left);
    left -= Math.sign(left);
  }
  return made;
}

let plainJpeg: Promise<Buffer> | undefined;

/** A small JPEG that decodes; each text gives other bytes of the same picture. */
export async function tinyJpeg(text: string, padBytes = 0): Promise<Buffer> {
  plainJpeg ??= sharp({ create: { width: 24, height: 16, channels: 3, background: { r: 180, g: 120, b: 60 } } })
    .jpeg({ quality: 40 })
    .toBuffer();
  const base = await plainJpeg;
  const comment = Buffer.alloc(Buffer.byteLength(text) + padBytes);
  comment.write(text);
  // A comment segment right behind the start mark.
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xfe, (comment.length + 2) >> 8, (comment.length + 2) & 0xff]);
  return Buffer.concat([head, comment, base.subarray(2)]);
}

/** A Stanford annotation in its own manner: tabs, no `n` in the folder, no extension in the file name. */
export function stanfordXml(
  folder: string,
  image: string,
  boxes: readonly (readonly [number, number, number, number])[],
): string {
  const [id = '', ...rest] = folder.split('-');
  const objects = boxes.map(
    ([xMin, yMin, xMax, yMax]) =>
      `\t<object>\n\t\t<name>${rest.join('-')}</name>\n\t\t<pose>Unspecified</pose>\n\t\t<truncated>0</truncated>\n\t\t<difficult>0</difficult>\n\t\t<bndbox>\n\t\t\t<xmin>${xMin}</xmin>\n\t\t\t<ymin>${yMin}</ymin>\n\t\t\t<xmax>${xMax}</xmax>\n\t\t\t<ymax>${yMax}</ymax>\n\t\t</bndbox>\n\t</object>\n`,
  );
  return `<annotation>\n\t<folder>${id.slice(1)}</folder>\n\t<filename>${image}</filename>\n\t<source>\n\t\t<database>ImageNet database</database>\n\t</source>\n\t<size>\n\t\t<width>24</width>\n\t\t<height>16</height>\n\t\t<depth>3</depth>\n\t</size>\n\t<segment>0</segment>\n${objects.join('')}</annotation>`;
}

/** A Tsinghua annotation in its own manner: byte order mark, Windows line ends, head box before body box. */
export function tsinghuaXml(folder: string, image: string): string {
  const breed = folder.split('-').slice(2).join('-');
  const box = (name: string, [xMin, yMin, xMax, yMax]: readonly number[]): string =>
    `    <${name}>\n      <xmin>${xMin}</xmin>\n      <ymin>${yMin}</ymin>\n      <xmax>${xMax}</xmax>\n      <ymax>${yMax}</ymax>\n    </${name}>\n`;
  const text = `<?xml version="1.0" encoding="utf-8"?>\n<annotation>\n  <folder>${folder}</folder>\n  <filename>${image}</filename>\n  <size>\n    <width>24</width>\n    <height>16</height>\n    <depth>3</depth>\n  </size>\n  <object>\n    <name>${breed}</name>\n    <truncated>0</truncated>\n    <difficult>0</difficult>\n${box('headbndbox', [4, 2, 9, 7])}${box('bodybndbox', [2, 1, 22, 15])}  </object>\n</annotation>\n`;
  return `\uFEFF${text.replaceAll('\n', '\r\n')}`;
}

/** A file of a made archive. */
export type Made = { readonly [key: string]: Uint8Array | string };

export interface StanfordOptions {
  readonly sizes: ClassSizes;
  /** Replaces or adds files of images.tar: what is planted. */
  readonly images?: Made;
  readonly annotations?: Made;
}

/** images.tar and annotation.tar of a Stanford Dogs set with all its 120 folders. */
export async function stanfordTars(
  options: StanfordOptions,
): Promise<{ readonly images: Buffer; readonly annotation: Buffer }> {
  const images = new Map<string, Uint8Array | string>();
  const annotations = new Map<string, Uint8Array | string>();
  for (const [index, size] of sizesOf(options.sizes).entries()) {
    const folder = stanfordFolders[index] as string;
    const id = folder.slice(0, folder.indexOf('-'));
    for (let number = 1; number <= size; number++) {
      const name = `${id}_${number}`;
      images.set(`Images/${folder}/${name}.jpg`, await tinyJpeg(name));
      annotations.set(`Annotation/${folder}/${name}`, stanfordXml(folder, name, [[2, 1, 22, 15]]));
    }
  }
  for (const [key, bytes] of Object.entries(options.images ?? {})) images.set(key, bytes);
  for (const [key, bytes] of Object.entries(options.annotations ?? {})) annotations.set(key, bytes);
  return { images: await tarOf(images), annotation: await tarOf(annotations) };
}

/** Folders of a made Tsinghua set; one has the breed that its neighbour's name ends with. */
export const tsinghuaFolders = [
  '1160-n000056-flat_coated_retriever',
  '1324-n000004-malamute',
  '200-n000108-black-and-tan_coonhound',
  '7449-n000128-teddy',
];

/** low-resolution.zip and low-annotations.zip of a Tsinghua Dogs set. */
export async function tsinghuaZips(
  perClass: number,
): Promise<{ readonly images: Buffer; readonly annotations: Buffer }> {
  const images = new Map<string, Uint8Array | string>();
  const annotations = new Map<string, Uint8Array | string>();
  for (const [index, folder] of tsinghuaFolders.entries()) {
    for (let number = 1; number <= perClass; number++) {
      const name = `n${100_000 + index * 1_000 + number}.jpg`;
      images.set(`low-resolution/${folder}/${name}`, await tinyJpeg(`${folder} ${number}`));
      annotations.set(`Low-Annotations/${folder}/${name}.xml`, tsinghuaXml(folder, name));
    }
  }
  return { images: await zipOf(images), annotations: await zipOf(annotations) };
}

export async function tarOf(files: ReadonlyMap<string, Uint8Array | string>): Promise<Buffer> {
  return joined(packTar(entriesOf(files)));
}

export async function zipOf(files: ReadonlyMap<string, Uint8Array | string>): Promise<Buffer> {
  return joined(packZip(entriesOf(files)));
}

function entriesOf(files: ReadonlyMap<string, Uint8Array | string>): PackEntry[] {
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, bytes]) => ({ key, bytes: Buffer.from(bytes as Uint8Array) }));
}

async function joined(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
