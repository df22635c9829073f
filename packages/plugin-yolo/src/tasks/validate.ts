import { defineTask, fileRef, listFiles, storeUrl, z } from '@dataset-runner/core/plugin';
import { inShards } from '../shard.ts';
import { readSplits, splitsFile } from '../split/splits-csv.ts';
import { checkImages } from '../steps/check-image.ts';
import { checkLabels } from '../steps/check-labels.ts';
import { judgeSet } from '../steps/judge-set.ts';
import { refuseSet } from '../steps/refuse-set.ts';
import { readDataYaml } from '../validate/data-yaml.ts';
import { layOut } from '../validate/layout.ts';
import { placeName } from './convert-inputs.ts';
import { imageLists } from './image-lists.ts';
import { fileOfSet, textOf } from './split-places.ts';

/** Checks any set that Ultralytics could train on, ours or not, and more strictly than it does: row by row. */
export const validate = defineTask({
  summary: "Check a YOLO set by Ultralytics' rules and those it misses, with the line of every fault",
  examples: [
    'runner run yolo:validate --set ./organized',
    'runner run yolo:validate --set ./coco8 --data coco8.yaml --out ./reports --strict',
    'runner run yolo:validate --set ./organized --fix ./corrected',
  ],
  params: z.object({
    set: storeUrl().describe('The set: the folder or store that data.yaml lies in').meta({ positional: true }),
    data: z.string().min(1).default('data.yaml').describe('The name of its data.yaml'),
    out: storeUrl()
      .optional()
      .describe('Where validation.json, .sarif and .txt are written; work: by default')
      .meta({ short: 'o' }),
    strict: z.boolean().default(false).describe('Fail on warnings too'),
    fix: storeUrl()
      .optional()
      .describe('Where labels that can be put right are written; the set itself is never changed'),
    images: z.enum(['decode', 'skip']).default('decode').describe('Decode every image, or look at labels alone'),
    nearDuplicates: z
      .int()
      .min(-1)
      .max(15)
      .default(4)
      .describe('Bits the looks of two images may differ and still be reported across splits; -1: do not look'),
  }),
  outputs: z.object({
    errors: z.int(),
    warnings: z.int(),
    notes: z.int(),
    fixed: z.int(),
    json: fileRef(),
    sarif: fileRef(),
    text: fileRef(),
  }),
  steps: { checkLabels, checkImages, judgeSet, refuseSet },

  async run({ params, map, once, store }) {
    const out = params.out ?? `work:yolo/validation/${placeName(params.set)}`;
    const set = await store(params.set);
    // 1. Read data.yaml and find the images of every split.
    await fileOfSet(set, params.data);
    const { data, findings } = readDataYaml(await textOf(set, params.data), params.data);
    const layout = layOut(await listFiles(set), data, await imageLists(set, data), params.data);
    // 2. Check every label file, and decode every image.
    const shape = {
      ...(data.classCount === undefined ? {} : { classCount: data.classCount }),
      ...(data.keypoints === undefined ? {} : { keypoints: data.keypoints }),
    };
    const files = new Map(
      layout.images.flatMap(({ label }) => (label === undefined ? [] : [[label.key, label] as const])),
    );
    const shards = [...inShards(files.values(), ({ key }) => key)].map(([key, shard]) => ({
      key,
      files: shard,
      shape,
      fix: params.fix !== undefined,
    }));
    const labels = map(checkLabels, shards, params.fix === undefined ? {} : { into: params.fix, exact: true });
    const near = params.nearDuplicates >= 0;
    const own = new Map(layout.images.map(({ file }) => [file.key, file]));
    const decoded = params.images === 'skip' ? [] : [...own].map(([key, file]) => ({ key, file, near }));
    const images = map(checkImages, decoded);
    // 3. Look for leaks, look at the whole, and write the reports.
    const judged = await once(
      judgeSet,
      {
        images,
        labels,
        places: layout.images.map(({ file, split, label }) => [file.key, split, label?.key ?? null] as const),
        findings: [...findings, ...layout.findings],
        names: data.names ?? [],
        lines: await splitLines(set),
        distance: Math.max(0, params.nearDuplicates),
        dataFile: params.data,
      },
      { into: out },
    );
    // 4. Fail when there are errors.
    const { errors, warnings, first } = judged;
    await once(refuseSet, { errors, warnings, first, strict: params.strict });
    const { notes, fixed, json, sarif, text } = judged;
    return { errors, warnings, notes, fixed, json, sarif, text };
  },

  render: ({ errors, warnings, notes, fixed, text }) =>
    `${errors} errors, ${warnings} warnings, ${notes} notes${fixed === 0 ? '' : `; ${fixed} labels put right`}: ${text.store}/${text.key}`,
});

async function splitLines(set: Parameters<typeof textOf>[0]): Promise<ReturnType<typeof readSplits>> {
  const text = await textOf(set, splitsFile);
  return text === '' ? [] : readSplits(text);
}
