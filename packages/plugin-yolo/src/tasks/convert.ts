import { defineTask, fileRef, listFiles, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { planImages } from '../plan-images.ts';
import { formats } from '../read/read-annotations.ts';
import { placeFiles } from '../steps/place-files.ts';
import { type LookedAt, readSource } from '../steps/read-annotations.ts';
import { writeLabels } from '../steps/write-labels.ts';
import { writeSet } from '../steps/write-set.ts';
import { absentIn, annotationFiles, extensionOf, labelledStems, placeName } from './convert-inputs.ts';

/** From annotations of any format to a set of images and YOLO labels, not divided yet. */
export const convert = defineTask({
  summary: 'Turn annotations of several raters (VinBigData, COCO, VOC, NIH) into YOLO labels beside their images',
  examples: [
    'runner run yolo:convert --annotations ./train.csv --sizes ./train_meta.csv --images ./train --out ./set',
    'runner run yolo:convert --annotations ./train.csv --sizes ./train_meta.csv --images ./train --out ./set --raters separate',
    'runner run yolo:convert --format voc --folder ./annotations --images ./images --out ./set',
  ],
  params: z.object({
    format: z.enum(formats).default('vinbigdata').describe('What the annotations are'),
    annotations: fileRef().optional().describe('The annotations, a CSV or JSON file; may be gzipped'),
    folder: storeUrl().optional().describe('VOC: the folder of annotations, one for each image'),
    sizes: fileRef()
      .optional()
      .describe('VinBigData: CSV with image_id, dim0 (height) and dim1 (width) of the originals'),
    images: storeUrl().optional().describe('Where the images are; without it labels alone are made'),
    out: storeUrl().describe('Where the set is published').meta({ short: 'o' }),
    raters: z
      .enum(['fuse', 'separate', 'union', 'first'])
      .default('fuse')
      .describe('How boxes of several raters become labels; separate: a label and an image for each rater'),
    fuseIou: z.number().gt(0).lt(1).default(0.4).describe('Boxes of one class that overlap by more are fused'),
    minRaters: z.int().min(1).default(1).describe('Fused boxes that fewer raters drew are left out'),
    noFinding: z
      .enum(['background', 'class', 'drop'])
      .default('background')
      .describe('Images without objects: an empty label, a one-pixel object of a class, or left out'),
    noFindingName: z
      .string()
      .min(1)
      .default('No finding')
      .describe('The class in the annotations that says nothing was found'),
    classes: source(z.array(z.string().min(1)).min(1))
      .optional()
      .describe('Names by class id; others are then refused'),
    onBadRow: z
      .enum(['error', 'drop'])
      .default('error')
      .describe('Rows with impossible boxes or unknown classes: fail, or leave out and count'),
    markOrder: z
      .enum(['canonical', 'file'])
      .default('canonical')
      .describe('Fuse in an order that rows cannot change, or in the order of the file'),
    place: z.enum(['link', 'copy']).default('link').describe('Images as hard links where possible, or as copies'),
  }),
  outputs: z.object({
    set: z.string().meta({ 'x-runner': 'place' }),
    manifest: fileRef(),
    images: z.int(),
    labels: z.int(),
    emptyLabels: z.int(),
    boxes: z.int(),
    leftOut: z.int(),
  }),
  steps: { readSource, writeLabels, placeFiles, writeSet },

  async run({ params, map, once, publish, store, log }) {
    const { out } = params;
    // 1. Read and check the annotations.
    const files = await annotationFiles(params, store);
    const read = await once(
      readSource,
      {
        format: params.format,
        files,
        noFinding: params.noFindingName,
        onBadRow: params.onBadRow,
        markOrder: params.markOrder,
        ...(params.sizes === undefined ? {} : { sizes: params.sizes }),
        ...(params.classes === undefined ? {} : { classes: params.classes }),
      },
      { into: `work:yolo/annotations/${placeName(out)}`, exact: true },
    );
    const classes = params.noFinding === 'class' ? [...read.classes, params.noFindingName] : read.classes;
    // 2. Find the image of each.
    const lookedAt = params.images === undefined ? [] : (JSON.parse(read.images) as LookedAt[]);
    const ids = lookedAt.map(([id]) => id);
    const plan =
      params.images === undefined
        ? undefined
        : planImages(ids, await listFiles(await store(params.images)), params.images);
    for (const key of plan?.empty ?? []) log(`${key} has 0 bytes and is left out`);
    const without = new Set(plan?.without);
    // 3. Write the labels, shard by shard.
    const { raters, fuseIou, minRaters, noFinding } = params;
    const rules = { raters, fuseIou, minRaters, noFinding, noFindingId: read.classes.length };
    const shards = read.shards.map((shard) => ({ ...shard, rules, without: absentIn(shard.key, plan?.without) }));
    const labels = map(writeLabels, shards, { into: out, exact: true });
    // 4. Put each image beside its labels.
    const placed = lookedAt.filter(([id]) => !without.has(id));
    const kept = noFinding === 'drop' ? await labelledStems(labels) : undefined;
    const images = map(
      placeFiles,
      placed.flatMap(([id, ...lookers]) => {
        const file = plan!.found.get(id)!;
        const stems = (raters === 'separate' ? lookers.map((rater) => `${id}_${rater}`) : [id]).filter(
          (stem) => kept?.has(stem) ?? true,
        );
        const to = stems.map((stem) => `images/${stem}${extensionOf(file)}`);
        return to.length === 0 ? [] : [{ key: id, files: [{ file, to }], how: params.place }];
      }),
      { into: out, exact: true },
    );
    // 5. Write the manifest, the classes and the summary, and say what the set is.
    const warnings = {
      dropped_rows: read.trouble.droppedRows,
      clipped_boxes: read.trouble.clippedBoxes,
      rows_without_image: (plan?.without.length ?? 0) - (plan?.empty.length ?? 0),
      images_without_row: plan?.unannotated.length ?? 0,
      empty_images: plan?.empty.length ?? 0,
      examples: [
        ...read.trouble.examples,
        ...(plan?.without ?? []).slice(0, 5).map((id) => `${id} is annotated and not there`),
      ],
    };
    const { manifest, summary } = await once(writeSet, { labels, images, classes, raters, warnings }, { into: out });
    await publish(out, {
      name: 'detection set',
      counts: { images: summary.total_unique_images, labels: summary.labels_created, boxes: summary.boxes },
    });
    return {
      set: out,
      manifest,
      images: summary.total_unique_images,
      labels: summary.labels_created,
      emptyLabels: summary.empty_labels,
      boxes: summary.boxes,
      leftOut: without.size,
    };
  },

  render: ({ set, images, labels, emptyLabels, boxes, leftOut }) =>
    `${images} images, ${labels} labels (${emptyLabels} empty) with ${boxes} boxes in ${set}${leftOut === 0 ? '' : `; ${leftOut} annotated images are not there`}`,
});
