import { defineStep, type FileRef, type ResultsReader } from '@dataset-runner/core/plugin';
import { type Decided, decide, KnownSplits, newestReviews, type RetrainRules } from '../feedback/decide.ts';
import type { FeedbackFile } from '../feedback/read-feedback.ts';
import { type CollectSummary, countDecisions, feedbackTable, retrainTable } from '../feedback/retrain-tables.ts';
import { labelText } from '../label/label-line.ts';
import { readManifest } from '../manifest.ts';
import { type Grouping, readGrouping } from '../split/groups.ts';
import { readSplits } from '../split/splits-csv.ts';
import type { FeedbackRead } from './read-feedback.ts';

export interface FeedbackToDecide {
  readonly shards: ResultsReader<FeedbackRead>;
  readonly splits: FileRef;
  readonly manifest: FileRef;
  /** Of images that the set does not have; undefined where only the set's own are known. */
  readonly grouping?: Grouping;
  readonly prefix: string;
  readonly rules: Omit<RetrainRules, 'overByClass'> & { readonly overByClass: readonly (readonly [number, number])[] };
}

export interface RetrainWritten {
  readonly feedback: FileRef;
  readonly retrain: FileRef;
  readonly summary: FileRef;
  readonly files: number;
  readonly objects: number;
  readonly kept: number;
  readonly invalid: number;
}

/** Decides what is trained on, and writes the two tables, the labels of reviewed images, and the counts. */
export const writeRetrain = defineStep({
  name: 'write-retrain',
  // 2: a name cut at its first `_` is of every image that begins so.
  // 3: new images of a group that is held out are too. 4: a name with an extension or a folder is of its image.
  version: 4,
  async work(item: FeedbackToDecide, { bytes, output }): Promise<RetrainWritten> {
    const { shards, prefix } = item;
    const text = async (file: FileRef): Promise<string> => Buffer.from(await bytes(file)).toString('utf8');
    const files: FeedbackFile[] = [];
    const invalid: string[] = [];
    for await (const { result } of shards) {
      files.push(...(JSON.parse(await text(result.feedback)) as FeedbackFile[]));
      invalid.push(...result.invalid);
    }
    const digests = new Map(
      readManifest(await text(item.manifest)).flatMap(({ image, digest }) =>
        digest === undefined ? [] : [[digest.slice(7), image] as const],
      ),
    );
    const groupOf = item.grouping === undefined ? undefined : await readGrouping(item.grouping, bytes);
    const known = new KnownSplits(readSplits(await text(item.splits)), digests, item.rules.neverFrom, groupOf);
    const rules = { ...item.rules, overByClass: new Map(item.rules.overByClass) };
    const decided = decide(files, known, rules);
    const labels = reviewedLabels(files, decided, known, rules.neverFrom);
    for (const [image, label] of labels) await output.write(`${prefix}labels/${image}.txt`, label);
    const counts = countDecisions(decided);
    const forms = { own: 0, plain: 0, service: 0 };
    for (const { form } of files) forms[form]++;
    const summary: CollectSummary = {
      schema: 1,
      files: files.length,
      forms,
      invalid: invalid.length,
      examples: invalid.sort().slice(0, 5),
      ...counts,
      reviewedImages: labels.size,
    };
    return {
      feedback: await output.write(`${prefix}feedback.csv`, feedbackTable(decided)),
      retrain: await output.write(`${prefix}retrain.csv`, retrainTable(decided)),
      summary: await output.write(`${prefix}collect.json`, `${JSON.stringify(summary, undefined, 2)}\n`),
      files: files.length,
      objects: counts.objects,
      kept: Object.values(counts.decisions).reduce((sum, count) => sum + count, 0),
      invalid: invalid.length,
    };
  },
});

/** The label of each image by its newest review: what was confirmed, corrected and added, and nothing else. */
function reviewedLabels(
  files: readonly FeedbackFile[],
  decided: readonly Decided[],
  known: KnownSplits,
  neverFrom: readonly string[],
): Map<string, string> {
  const trained = decided.filter(({ decision }) => decision !== undefined && decision !== 'confident');
  const rowsOf = Map.groupBy(trained, ({ image }) => image);
  const reviewed = [...newestReviews(files, known)]
    .filter(([, file]) => known.heldOut(file, neverFrom) === undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return new Map(
    reviewed.map(([image]) => {
      const labels = (rowsOf.get(image) ?? []).map(({ row }) => ({ classId: row.class!, box: row.box }));
      labels.sort((one, other) => one.classId - other.classId || one.box[0] - other.box[0]);
      return [image, labelText(labels)];
    }),
  );
}
