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
 * unless the config gives them. The image is the one `<filename>` names, else the one called like the annotation.
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
  const images = read.flatMap(({ name, voc }) => {
    // A collector for each file: lines are those of the file that is named.
    const collector = new Collector({ ...options, file: name });
    addObjects(collector, { name, voc, byName });
    trouble.push(collector.trouble());
    return collector.images();
  });
  images.sort((one, other) => (one.id < other.id ? -1 : 1));
  const twice = images.find(({ id }, index) => images[index + 1]?.id === id);
  if (twice !== undefined) throw yoloFailures['image-twice']({ one: twice.id, other: 'another annotation of it' });
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
  readonly voc: VocAnnotation;
  readonly byName: ReadonlyMap<string, number>;
}

function addObjects(collector: Collector, { name, voc, byName }: Named): void {
  const { size, objects } = voc;
  if (size === undefined) throw yoloFailures['size-missing']({ image: name, where: '<size>' });
  const image = imageId(voc.fileName === '' ? name.replace(/\.xml$/i, '') : voc.fileName);
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
