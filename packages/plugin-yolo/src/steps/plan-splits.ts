import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { type ManifestLine, manifestFile, manifestText, readManifest } from '../manifest.ts';
import { classesText, dataYaml, type Summary, summaryText, ultralyticsName } from '../set-files.ts';
import { type Grouping, type GroupOf, readGrouping } from '../split/groups.ts';
import { planSplit, type SplitRules } from '../split/plan-split.ts';
import { splitsFile, splitsText, type SplitLine } from '../split/splits-csv.ts';
import type { SplitImage } from '../split/units.ts';

export interface SetToDivide extends Grouping {
  readonly manifest: FileRef;
  readonly summary: FileRef;
  readonly sizes: SplitRules['sizes'];
  readonly seed: number;
  readonly stratify: boolean;
  /** What an earlier run placed; it stays. */
  readonly previous: readonly SplitLine[];
  /** Whether images and labels are placed by split beside these files. */
  readonly folders: boolean;
}

export interface SetDivided {
  readonly splits: FileRef;
  readonly counts: { readonly [split: string]: number };
  readonly warnings: readonly string[];
}

/** Divides a set and writes what says so: `splits.csv`, and the manifest, classes, summary and `data.yaml` of the division. */
export const planSplits = defineStep({
  name: 'plan-splits',
  // 2: the summary says how images are grouped.
  version: 2,
  async work(item: SetToDivide, { bytes, output }): Promise<SetDivided> {
    const text = async (file: FileRef): Promise<string> => Buffer.from(await bytes(file)).toString('utf8');
    const manifest = readManifest(await text(item.manifest));
    const summary = JSON.parse(await text(item.summary)) as Summary;
    const groupOf = await readGrouping(item, bytes);
    const plan = planSplit(imagesOf(manifest, groupOf), item);
    const splits = await output.write(splitsFile, splitsText(plan.lines));
    const classes = summary.classes.map(({ name }) => name);
    await output.write('summary.json', summaryText({ ...summary, splits: plan.counts, ...groupingSaid(item) }));
    if (item.folders) {
      const splitOf = new Map(plan.lines.map(({ image, split }) => [image, split]));
      const moved = manifest.map((line) => inSplit(line, splitOf.get(line.image)!));
      await output.write(manifestFile, moved.map((line) => `${manifestText(line)}\n`).join(''));
      await output.write('classes.txt', classesText(classes));
      for (const [name, keys] of yamls(Object.keys(plan.counts))) await output.write(name, dataYaml(keys, classes));
    }
    return { splits, counts: plan.counts, warnings: plan.warnings };
  },
});

/** One for each image, however many label files it has. */
function imagesOf(manifest: readonly ManifestLine[], groupOf: GroupOf): SplitImage[] {
  const images = new Map<string, { classes: Set<number>; digest: string | undefined }>();
  for (const { image, labels, digest } of manifest) {
    const known = images.get(image);
    if (known === undefined) images.set(image, { classes: new Set(labels.map((label) => label.class)), digest });
    else for (const label of labels) known.classes.add(label.class);
  }
  return [...images].map(([image, { classes, digest }]) => ({
    image,
    group: groupOf(image),
    classes: [...classes].sort((a, b) => a - b),
    ...(digest === undefined ? {} : { digest }),
  }));
}

/** For the summary: feedback on new images is grouped alike. */
function groupingSaid({ pattern, table }: Grouping): Pick<Summary, 'grouping'> {
  if (table !== undefined) return { grouping: { table: table.file.key } };
  return pattern === undefined ? {} : { grouping: { pattern } };
}

function inSplit(line: ManifestLine, split: string): ManifestLine {
  return line.file === undefined ? line : { ...line, file: `${split}/${line.file}` };
}

/** Ultralytics knows train, val and test; other splits stand under their own names, and one file is for training again. */
function yamls(splits: readonly string[]): [string, { [key: string]: string }][] {
  const keys = Object.fromEntries(splits.map((split) => [ultralyticsName(split), `${split}/images`]));
  const finetune: [string, { [key: string]: string }][] =
    'production' in keys ? [['data.finetune.yaml', { ...keys, train: keys['production'] }]] : [];
  return [['data.yaml', keys], ...finetune];
}
