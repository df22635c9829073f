import type { FileRef } from '@dataset-runner/core/plugin';
import type { CropBox } from '@dataset-runner/kit/crop';
import { breedLabel } from '../breeds/aliases.ts';
import { dogsFailures } from '../failures.ts';
import { imageStem, type Label } from '../labels/label.ts';

/** A dog to cut out of its image. */
export interface PlannedCrop {
  /** `<label>/<image>`, with `-2` and so on for further dogs of one image. */
  readonly key: string;
  readonly image: FileRef;
  readonly label: string;
  /** What must stay in one part beside equal images: the dog, where it is known. */
  readonly dog: string | null;
  /** Null: the whole image. */
  readonly box: CropBox | null;
}

/**
 * Every annotated dog whose image is there, by class folder and name; a margin is a share of the box's sides.
 *
 * Throws `dogs.image-twice`.
 */
export function planBreedCrops(images: readonly FileRef[], labels: readonly Label[], margin: number): PlannedCrop[] {
  const byImage = new Map(labels.map((label) => [label.image, label]));
  const seen = new Map<string, string>();
  return images.flatMap((image) => {
    const [folder = '', name = ''] = image.key.split('/').slice(-2);
    const stem = imageStem(name);
    const label = byImage.get(`${folder}/${stem}`);
    if (label === undefined) return [];
    const other = seen.get(label.image);
    if (other !== undefined) throw dogsFailures['image-twice']({ image: label.image, files: [other, image.key] });
    seen.set(label.image, image.key);
    return label.objects.map(({ body }, index) => ({
      key: `${label.label}/${stem}${index === 0 ? '' : `-${index + 1}`}`,
      image,
      label: label.label,
      dog: null,
      box: widened(body, margin),
    }));
  });
}

/** What an annotation of Austin Pets Alive says of one photo. */
export interface DogNote {
  readonly internal_id: string;
  readonly image_file: string;
  readonly breed: string | null;
}

/** Every noted photo that is there, whole; photos of one dog belong together. */
export function planDogCrops(images: readonly FileRef[], notes: readonly DogNote[]): PlannedCrop[] {
  const byFile = new Map(notes.map((note) => [note.image_file, note]));
  return images.flatMap((image) => {
    const name = image.key.slice(image.key.lastIndexOf('/') + 1);
    const note = byFile.get(name);
    if (note === undefined) return [];
    const label = pathWord(breedLabel(note.breed ?? 'unknown'));
    return [{ key: `${label}/${imageStem(name)}`, image, label, dog: note.internal_id, box: null }];
  });
}

function widened([xMin, yMin, xMax, yMax]: readonly [number, number, number, number], margin: number): CropBox {
  const [x, y] = [(xMax - xMin) * margin, (yMax - yMin) * margin];
  return { left: xMin - x, top: yMin - y, right: xMax + x, bottom: yMax + y };
}

// Shelters write `Terrier, Mix/Other`; a class is a folder.
function pathWord(label: string): string {
  return label.replaceAll(/[^\p{L}\p{N}]+/gu, '_').replaceAll(/^_+|_+$/g, '') || 'unknown';
}
