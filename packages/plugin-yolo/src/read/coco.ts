import { z } from '@dataset-runner/core/plugin';
import type { Annotations } from '../annotation.ts';
import { yoloFailures } from '../failures.ts';
import { Collector } from './collector.ts';
import { imageId } from './image-id.ts';
import type { ReadOptions } from './read-options.ts';

const schema = z.object({
  images: z.array(
    z.object({
      id: z.union([z.int(), z.string()]),
      file_name: z.string(),
      width: z.number().positive(),
      height: z.number().positive(),
    }),
  ),
  annotations: z.array(
    z.object({
      image_id: z.union([z.int(), z.string()]),
      category_id: z.int(),
      bbox: z.array(z.number().nullable()).optional(),
      iscrowd: z.union([z.int(), z.boolean()]).optional(),
    }),
  ),
  categories: z.array(z.object({ id: z.int(), name: z.string() })),
});

/**
 * Reads a COCO detection file; images without annotations are backgrounds, and crowds are left out.
 *
 * Categories become classes in the order of their ids, without gaps, or those of the config by their names; those of one
 * name are one class. A number stands for the line: annotation 1 is the first of the list. Throws `yolo.json-invalid`,
 * `yolo.image-twice` and `yolo.row-invalid`.
 */
export function readCoco(text: string, options: ReadOptions): Annotations {
  const coco = parse(text, options.file);
  const categories = coco.categories.toSorted((one, other) => one.id - other.id);
  const classes = options.classes ?? [...new Set(categories.map(({ name }) => name))];
  const classOf = new Map(categories.map(({ id, name }) => [id, classes.indexOf(name)]));
  const images = imagesById(coco.images, options.file);
  const collector = new Collector(options);
  for (const { name, width, height } of images.values())
    collector.add({ image: name, rater: 'coco', line: 0, size: { width, height } });
  for (const [index, { image_id, category_id, bbox, iscrowd }] of coco.annotations.entries()) {
    const line = index + 1;
    const image = images.get(image_id);
    const classId = classOf.get(category_id) ?? -1;
    if (iscrowd === 1 || iscrowd === true) continue;
    if (image === undefined) collector.bad(line, `annotation ${line} is of image ${image_id}, which is not listed`);
    else if (classId < 0) collector.bad(line, `annotation ${line} is of category ${category_id}, which is unknown`);
    else {
      // Of another length, as for objects without a box, it is none.
      const numbers = bbox?.length === 4 ? bbox : [];
      const [x = NaN, y = NaN, width = NaN, height = NaN] = numbers.map((value) => value ?? NaN);
      const mark = { classId, box: [x, y, x + width, y + height] };
      collector.add({ image: image.name, rater: 'coco', line, size: image, mark });
    }
  }
  return { classes, images: collector.images(), trouble: collector.trouble() };
}

type CocoImage = z.output<typeof schema>['images'][number];

// An id or a name that stands twice would give one image the boxes of another, and leave one out.
function imagesById(
  listed: readonly CocoImage[],
  file: string,
): ReadonlyMap<CocoImage['id'], CocoImage & { readonly name: string }> {
  const images = new Map<CocoImage['id'], CocoImage & { readonly name: string }>();
  const byName = new Map<string, CocoImage>();
  for (const image of listed) {
    const name = imageId(image.file_name);
    const [same, twin] = [images.get(image.id), byName.get(name)];
    if (same !== undefined)
      throw yoloFailures['json-invalid']({
        file,
        why: `${same.file_name} and ${image.file_name} have one id, ${image.id}`,
      });
    if (twin !== undefined)
      throw yoloFailures['image-twice']({ one: twin.file_name, other: `${image.file_name}, image ${image.id},` });
    images.set(image.id, { ...image, name });
    byName.set(name, image);
  }
  return images;
}

function parse(text: string, file: string): z.output<typeof schema> {
  let found: unknown;
  try {
    found = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw yoloFailures['json-invalid']({ file, why: (error as Error).message });
  }
  const read = schema.safeParse(found);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw yoloFailures['json-invalid']({ file, why: `${issue?.path.join('.')}: ${issue?.message}` });
}
