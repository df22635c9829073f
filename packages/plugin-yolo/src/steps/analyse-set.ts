import { defineStep, type FileRef } from '@dataset-runner/core/plugin';
import { agreementOf } from '../dashboard/agreement.ts';
import { chooseSamples } from '../dashboard/choose-samples.ts';
import { countSplits, imbalance } from '../dashboard/counts.ts';
import type { Dashboard, PageData, ValidationPanel } from '../dashboard/dashboard.ts';
import { feedbackImages, feedbackPanel, readFeedbackTable } from '../dashboard/feedback-panel.ts';
import { heatGrid } from '../dashboard/heat-grid.ts';
import { packPage } from '../dashboard/pack-page.ts';
import { type SetImage, setImages, splitsOf } from '../dashboard/set-images.ts';
import { cornersOf } from '../detect/detection.ts';
import { type DriftImage, driftBetween, type DriftOptions } from '../drift/drift.ts';
import { yoloFailures } from '../failures.ts';
import { readManifest } from '../manifest.ts';
import type { EvalReport } from '../score/eval-report.ts';
import type { Summary } from '../set-files.ts';
import type { SimulationEvent, SimulationSummary } from '../simulate/simulation-log.ts';
import { readSplits } from '../split/splits-csv.ts';
import type { Validation } from '../validate/reports.ts';

export interface SetToAnalyse extends DriftOptions {
  readonly title: string;
  readonly manifest: FileRef;
  readonly summary: FileRef;
  readonly splits: FileRef | null;
  readonly feedback: FileRef | null;
  readonly simulation: FileRef | null;
  readonly simulationLog: FileRef | null;
  readonly validation: FileRef | null;
  readonly scores: FileRef | null;
  readonly samples: number;
}

/** The numbers, and what the page counts anew; pictures are still missing. */
export interface Analysis {
  readonly dashboard: Dashboard;
  readonly page: Omit<PageData, 'samples'>;
  readonly samples: readonly { readonly image: number; readonly name: string; readonly aspect: number }[];
}

export interface SetAnalysed {
  readonly analysis: FileRef;
  /** Images to show, with the files of those that have one. */
  readonly samples: readonly { readonly name: string; readonly file: string | null }[];
}

const heatCells = 64;

/** Counts, compares and measures a set and whatever else is given. */
export const analyseSet = defineStep({
  name: 'analyse-set',
  // 2: the pixel that stands for "No finding" is no object. 3: raters and splits of the page have 16 bits.
  version: 3,
  needs: { cpu: true, memoryMb: 600 },
  async work(item: SetToAnalyse, { bytes, output, progress }): Promise<SetAnalysed> {
    const text = async (file: FileRef): Promise<string> => Buffer.from(await bytes(file)).toString('utf8');
    const json = async <T>(file: FileRef | null, keys: readonly (keyof T & string)[]): Promise<T | undefined> =>
      file === null ? undefined : objectIn<T>(await text(file), file.key, keys);
    const summary = (await json<Summary>(item.summary, ['classes']))!;
    const classes = summary.classes.map(({ name }) => name);
    const divided = item.splits === null ? [] : readSplits(await text(item.splits));
    const images = setImages(readManifest(await text(item.manifest)), divided, classes.length);
    const splits = splitsOf(images);
    const raters = [...new Set(images.flatMap(({ annotated }) => annotated.raters))].sort((one, other) =>
      one.localeCompare(other, 'en', { numeric: true }),
    );
    progress(1, 4);
    const counts = countSplits(images, splits, classes.length);
    const agreement = agreementOf(
      images.map(({ annotated }) => annotated),
      classes.length,
    );
    progress(2, 4);
    const rows = item.feedback === null ? [] : readFeedbackTable(await text(item.feedback), classes.length);
    const drift = driftOf(images, splits, feedbackImages(rows), item);
    progress(3, 4);
    const validation = await json<Validation>(item.validation, ['counts', 'findings']);
    const scores = await json<EvalReport>(item.scores, ['classes', 'mAP5095', 'splits']);
    const simulation = await json<SimulationSummary>(item.simulation, ['latencyMs', 'splits', 'stages']);
    const log = item.simulationLog === null ? '' : await text(item.simulationLog);
    const samples = chooseSamples(images, item.samples, item.seed);
    const dashboard: Dashboard = {
      schema: 1,
      title: item.title,
      classes,
      raters,
      splits: counts,
      imbalance: imbalance(counts),
      ...(agreement === undefined ? {} : { agreement }),
      drift,
      permutations: item.permutations,
      heat: Object.fromEntries(splits.map((split) => [split, heatOf(images, split)])),
      samples: samples.map(({ image }) => image),
      ...(item.feedback === null ? {} : { feedback: feedbackPanel(rows, classes.length) }),
      ...(simulation === undefined ? {} : { simulation: { ...simulation, perSecond: perSecond(log) } }),
      ...(validation === undefined ? {} : { validation: validationPanel(validation) }),
      ...(scores === undefined ? {} : { scores }),
    };
    const at = new Map(images.map((image, index) => [image, index]));
    const analysis: Analysis = {
      dashboard,
      page: packPage(images, splits, raters),
      samples: samples.map((one) => ({
        image: at.get(one)!,
        name: one.image,
        aspect: one.annotated.width / one.annotated.height,
      })),
    };
    return {
      analysis: await output.write('analysis.json', JSON.stringify(analysis)),
      samples: samples.map(({ image, file }) => ({ name: image, file: file ?? null })),
    };
  },
});

/** Reads what another task wrote; throws `yolo.json-invalid` for what is no JSON, and for what another task wrote. */
function objectIn<T>(text: string, file: string, keys: readonly (keyof T & string)[]): T {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw yoloFailures['json-invalid']({ file, why: (error as Error).message });
  }
  const missing = keys.find((key) => typeof found !== 'object' || found === null || !(key in found));
  if (missing !== undefined) throw yoloFailures['json-invalid']({ file, why: `it has no ${missing}` });
  return found as T;
}

function driftOf(
  images: readonly SetImage[],
  splits: readonly string[],
  fedBack: readonly DriftImage[],
  options: DriftOptions,
): Dashboard['drift'] {
  const bySplit = splits.map((split) => ({
    split,
    images: images
      .filter((image) => image.split === split)
      .map(
        ({ annotated, labels }): DriftImage => ({ width: annotated.width, height: annotated.height, boxes: labels }),
      ),
  }));
  const pairs = bySplit.flatMap((reference, at) =>
    bySplit.slice(at + 1).map((current) => ({
      reference: reference.split,
      current: current.split,
      features: driftBetween(reference.images, current.images, options),
    })),
  );
  const [first] = bySplit;
  if (first === undefined || fedBack.length === 0) return pairs;
  // A detector says nothing of images without objects, so images with objects are what it is compared with.
  const shown = first.images.filter(({ boxes }) => boxes.length > 0);
  return [...pairs, { reference: first.split, current: 'feedback', features: driftBetween(shown, fedBack, options) }];
}

function heatOf(images: readonly SetImage[], split: string): number[] {
  const boxes = images.flatMap((image) => (image.split === split ? image.labels : []));
  const heat = heatGrid(
    boxes.flatMap(({ box }) => cornersOf(box)),
    heatCells,
  );
  return Array.from(heat, (value) => Number(value.toFixed(4)));
}

function perSecond(log: string): [number, number, number][] {
  const seconds = new Map<number, [number, number, number]>();
  let firstMs: number | undefined;
  for (const line of log.split('\n')) {
    if (line === '') continue;
    const event = JSON.parse(line) as SimulationEvent;
    firstMs ??= Date.parse(event.at);
    if (event.event !== 'inference' && event.event !== 'failure') continue;
    const second = Math.floor((Date.parse(event.at) - firstMs) / 1_000);
    const counts = seconds.get(second) ?? [second, 0, 0];
    counts[event.event === 'inference' ? 1 : 2]++;
    seconds.set(second, counts);
  }
  return [...seconds.values()].sort(([one], [other]) => one - other);
}

function validationPanel({ images, labels, counts, findings }: Validation): ValidationPanel {
  const codes = [...Map.groupBy(findings, ({ code }) => code)].map(([code, own]) => ({
    code,
    level: own[0]!.level,
    count: own.length,
    first: `${own[0]!.file}:${own[0]!.line} ${own[0]!.message}`,
  }));
  codes.sort((one, other) => other.count - one.count || (one.code < other.code ? -1 : 1));
  return { images, labels, counts, codes };
}
