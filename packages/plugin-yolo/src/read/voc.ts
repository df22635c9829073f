import { readVoc, type VocAnnotation, wholeBox } from '@dataset-runner/kit/voc';
import type { Annotations } from '../annotation.ts';
import { yoloFailures } from '../failures.ts';
import { Collector } from './collector.ts';
import { imageId } from './image-id.ts';
import type { ReadOptions } from './read-options.ts';

/**
 * Reads VOC annotations, one file for each image; an annotation without objects is a background.
 *
 * Corners are taken as edges, counted from 0; files that count from 1 differ by a pixel. Classes are sorted by name
 * unless the config gives them. The image is the one `<filename>` names, else the one called like the annotation; the
 * folder of the annotation is no part of it, for images seldom lie there. Throws `yolo.image-twice`.
 */
export function readVocFiles(
  files: Iterable<{ readonly name: string; readonly text: string | Uint8Array }>,
  options: ReadOptions,
): Annotations {
  const read = [...files].map(({ name, text }) => ({ name, voc: readVoc(text, { file: name }) }));
  const names = read.flatMap(({ voc }) => voc.objects.map((object) => object.name));
  const classes = options.classes ?? [...new Set(names)].sort();
  const byName = new Map(classes.map((name, id) => [name, id]));
  const trouble: Annotations['trouble'][] = [];
  const annotated = new Map<string, string>();
  const images = read.flatMap(({ name, voc }) => {
    const image = imageOf(name, voc);
    const other = annotated.get(image);
    if (other !== undefined) throw yoloFailures['image-twice']({ one: other, other: `${name}, both of ${image},` });
    annotated.set(image, name);
    // A collector for each file: lines are those of the file that is named.
    const collector = new Collector({ ...options, file: name });
    addObjects(collector, { name, image, voc, byName });
    trouble.push(collector.trouble());
    return collector.images();
  });
  images.sort((one, other) => (one.id < other.id ? -1 : 1));
  return {
    classes,
    images,
    trouble: {
      droppedRows: trouble.reduce((sum, one) => sum + one.droppedRows, 0),
      clippedBoxes: trouble.reduce((sum, one) => sum + one.clippedBoxes, 0),
      examples: trouble.flatMap(({ examples }) => examples).slice(0, 5),
    },
  };
}

interface Named {
  readonly name: string;
  readonly image: string;
  readonly voc: VocAnnotation;
  readonly byName: ReadonlyMap<string, number>;
}

function imageOf(name: string, { fileName }: VocAnnotation): string {
  return imageId(fileName === '' ? name.replace(/\.xml$/i, '') : fileName);
}

function addObjects(collector: Collector, { name, image, voc, byName }: Named): void {
  const { size, objects } = voc;
  if (size === undefined) throw yoloFailures['size-missing']({ image: name, where: '<size>' });
  const looked = { image, rater: 'voc', size };
  collector.add({ ...looked, line: 1 });
  for (const object of objects) {
    const whole = wholeBox(object);
    const classId = byName.get(object.name);
    if (whole === undefined) collector.bad(object.line, `'${object.name}' has no box around the whole of it`);
    else if (classId === undefined) collector.bad(object.line, `the class '${object.name}' is unknown`);
    else {
      const box = [whole.xMin, whole.yMin, whole.xMax, whole.yMax];
      collector.add({ ...looked, line: whole.line, mark: { classId, box } });
    }
  }
}
