import { defineTask, type FileRef, fileRef, listFiles, source, storeUrl, z } from '@dataset-runner/core/plugin';
import { yoloFailures } from '../failures.ts';
import { manifestFile } from '../manifest.ts';
import type { Summary } from '../set-files.ts';
import { inShards } from '../shard.ts';
import type { Grouping } from '../split/groups.ts';
import { readSplits, type SplitLine, splitsFile } from '../split/splits-csv.ts';
import { readFeedbackShard } from '../steps/read-feedback.ts';
import { writeRetrain } from '../steps/write-retrain.ts';
import { placeName } from './convert-inputs.ts';
import { fileOfSet, textOf } from './split-places.ts';

/** Either name of validation; a set has one of them, and perhaps no test. */
const usualHeldOut = ['validation', 'val', 'test'] as const;

/** Turns what production fed back into what the next model learns from. */
export const collect = defineTask({
  summary: 'Collect feedback of production into feedback.csv and retrain.csv, never from test or validation',
  examples: [
    'runner run yolo:collect --feedback ./online/feedback --set ./organized --to cloud:organized',
    `runner run yolo:collect --feedback cloud:feedback --set ./organized --to ./next --unreviewed none`,
    `runner run yolo:collect --feedback ./online/feedback --set ./organized --to ./next --thresholds '{"Nodule/Mass":0.95}'`,
  ],
  params: z.object({
    feedback: storeUrl().describe('Where the feedback files are, *.json at any depth'),
    set: storeUrl().describe('The divided set; its splits.csv says which images are never trained on'),
    to: storeUrl().describe('Where the tables go'),
    prefix: z
      .string()
      .regex(/^([\w.-]+\/)*$/, 'must be empty or end with a slash')
      .default('retrain/')
      .describe('Below there'),
    threshold: z.number().min(0).max(1).default(0.9).describe('Unreviewed detections must be more confident'),
    thresholds: source(z.record(z.string(), z.number().min(0).max(1)))
      .default({})
      .describe('Other thresholds, by the name or the id of a class'),
    unreviewed: z
      .enum(['confident', 'none'])
      .default('confident')
      .describe('Learn from confident detections that nobody reviewed, or from reviewed ones alone'),
    neverFrom: z
      .array(z.string())
      .default([...usualHeldOut])
      .describe('Splits that are never trained on'),
    groups: fileRef()
      .optional()
      .describe('CSV that names the group (the patient) of new images, for a set that was divided by such a table'),
    imageColumn: z.string().default('Image Index').describe('Column of the image in --groups'),
    groupColumn: z.string().default('Patient ID').describe('Column of the group in --groups'),
    sameIou: z.number().gt(0).max(1).default(0.7).describe('Objects of one class and image that overlap so are one'),
    boxSide: z.number().gt(0).default(1024).describe('Side in pixels of the images that boxes of the service are in'),
    onInvalid: z
      .enum(['warn', 'error'])
      .default('warn')
      .describe('Files that are no feedback, or half of one: count them, or fail'),
  }),
  outputs: z.object({
    feedback: fileRef(),
    retrain: fileRef(),
    summary: fileRef(),
    files: z.int(),
    objects: z.int(),
    kept: z.int(),
    invalid: z.int(),
  }),
  steps: { readFeedbackShard, writeRetrain },

  async run({ params, map, once, store }) {
    const set = await store(params.set);
    // 1. Read the classes of the set, and find the feedback.
    const splits = await fileOfSet(set, splitsFile);
    refuseUnknown(params.neverFrom, readSplits(await textOf(set, splitsFile)));
    const manifest = await fileOfSet(set, manifestFile);
    await fileOfSet(set, 'summary.json');
    const summary = JSON.parse(await textOf(set, 'summary.json')) as Summary;
    const classes = summary.classes.map(({ name }) => name);
    const files = await listFiles(await store(params.feedback), { keep: ({ key }) => key.endsWith('.json') });
    if (files.length === 0) throw yoloFailures['no-feedback']({ place: params.feedback });
    // 2. Read it, whatever form it has.
    const { onInvalid, boxSide } = params;
    const items = [...inShards(files, ({ key }) => key)].map(([key, shard]) => ({
      key,
      files: shard,
      options: { classes, boxSide },
      onInvalid,
    }));
    const into = `work:yolo/feedback/${placeName(`${params.feedback} ${params.to}`)}`;
    const shards = map(readFeedbackShard, items, { into, exact: true });
    // 3. Decide, object by object, and write the tables and the labels of reviewed images.
    const rules = {
      over: params.threshold,
      overByClass: Object.entries(params.thresholds).map(([name, over]) => [classIn(classes, name), over] as const),
      unreviewed: params.unreviewed,
      neverFrom: params.neverFrom,
      classCount: classes.length,
      sameIou: params.sameIou,
    };
    const grouping = groupingOf(params, summary);
    const item = { shards, splits, manifest, prefix: params.prefix, rules, ...(grouping && { grouping }) };
    return once(writeRetrain, item, { into: params.to, exact: true });
  },

  render: ({ files, objects, kept, invalid, retrain }) =>
    `${kept} of ${objects} objects in ${files} files are for training${invalid === 0 ? '' : `; ${invalid} files are no feedback`}: ${retrain.store}/${retrain.key}`,
});

/** A name with a slip in it would train on what is to be held out; throws `yolo.split-unknown`. */
function refuseUnknown(neverFrom: readonly string[], lines: readonly SplitLine[]): void {
  if (neverFrom.join() === usualHeldOut.join()) return;
  const splits = [...new Set(lines.map(({ split }) => split))].sort();
  const name = neverFrom.find((one) => !splits.includes(one));
  if (name !== undefined) throw yoloFailures['split-unknown']({ name, splits });
}

/** How the groups of images that the set does not have are told: by the table given, or by the pattern of the set. */
function groupingOf(
  {
    groups: file,
    imageColumn,
    groupColumn,
  }: { groups?: FileRef | undefined; imageColumn: string; groupColumn: string },
  { grouping }: Pick<Summary, 'grouping'>,
): Grouping | undefined {
  if (file !== undefined) return { table: { file, imageColumn, groupColumn } };
  return grouping !== undefined && 'pattern' in grouping ? grouping : undefined;
}

function classIn(classes: readonly string[], name: string): number {
  const at = classes.indexOf(name);
  const id = at >= 0 ? at : /^\d+$/.test(name) ? Number(name) : -1;
  if (id < 0 || id >= classes.length) throw yoloFailures['class-unknown']({ name, classes: classes.join(', ') });
  return id;
}
