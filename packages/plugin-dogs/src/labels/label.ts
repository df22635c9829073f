import { readVoc, type VocBox, wholeBox } from '@dataset-runner/kit/voc';
import { breedLabel } from '../breeds/aliases.ts';
import { readBreedFolder } from '../breeds/folder-name.ts';

/** What the annotation of one image says. */
export interface Label {
  /** The annotation's path. */
  readonly key: string;
  /** Folder of the class and name of the image without its ending: the same for image and annotation. */
  readonly image: string;
  readonly classId: string;
  /** As the folder writes it. */
  readonly breed: string;
  /** The same for all sources. */
  readonly label: string;
  /** Pixels as the annotation says; null where it does not. */
  readonly width: number | null;
  readonly height: number | null;
  readonly objects: readonly LabelledDog[];
}

export interface LabelledDog {
  readonly body: Corners;
  readonly head: Corners | null;
  readonly truncated: boolean;
  readonly difficult: boolean;
}

/** Pixels: x from left, y from top. */
export type Corners = readonly [xMin: number, yMin: number, xMax: number, yMax: number];

/** Reads an annotation of either kind. Throws `voc.invalid`, `dogs.folder-unknown`. */
export function readLabel(key: string, bytes: Uint8Array): Label {
  const [folder = '', name = ''] = key.split('/').slice(-2);
  const { id, breed } = readBreedFolder(folder);
  const { size, objects } = readVoc(bytes, { file: key });
  return {
    key,
    image: `${folder}/${imageStem(name)}`,
    classId: id,
    breed,
    label: breedLabel(breed),
    width: size?.width ?? null,
    height: size?.height ?? null,
    objects: objects.flatMap((object) => {
      const body = wholeBox(object);
      // A head alone is not the dog.
      if (body === undefined) return [];
      const head = object.boxes['headbndbox'];
      const { truncated, difficult } = object;
      return [{ body: cornersOf(body), head: head === undefined ? null : cornersOf(head), truncated, difficult }];
    }),
  };
}

/** `n02085620_7`, `n103339.jpg.xml` and `n103339.jpg` without their endings. */
export function imageStem(name: string): string {
  return name.replace(/\.xml$/i, '').replace(/\.(jpe?g|png)$/i, '');
}

function cornersOf({ xMin, yMin, xMax, yMax }: VocBox): Corners {
  return [xMin, yMin, xMax, yMax];
}
