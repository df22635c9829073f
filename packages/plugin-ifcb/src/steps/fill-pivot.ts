import { defineStep, type FileRef, refUrl, type Tools } from '@dataset-runner/core/plugin';
import { imageName } from '../bins/bin-id.ts';
import { readAddress } from '../pivot/database.ts';
import type { PivotCounts } from '../pivot/fill.ts';
import { openPivot, type Pivot } from '../pivot/open-pivot.ts';
import type { PivotImage, PivotSet } from '../pivot/pivot-set.ts';
import { pathIn } from '../pivot/path-in.ts';
import { dataScript, setUpScript } from '../pivot/tsql.ts';
import { publishFailures } from '../publish/failures.ts';
import { decodeClasses } from '../publish/predictions.ts';
import type { SplitBin } from './split-predictions.ts';

/** Where rows go and whose they are. */
export interface PivotSettings {
  readonly set: PivotSet;
  /** What stands in the container before the paths of the table of predictions. */
  readonly prefix: string;
}

export interface PivotTarget extends PivotSettings {
  readonly database: string;
  /** Whether there is a password to log in with. */
  readonly login: 'secret' | 'none';
}

// A server asks for a password and a file does not; a secret that a step names must be there. So each step is there twice.
const secrets = ['ifcb-pivot-password'];

type Secret = (name: string) => string;

// A database is nothing that a row here could speak for: somebody may have dropped it.
const always = { cache: false } as const;
const inLane = { ...always, needs: { lane: 'pivot' } } as const;

/** Makes the tables, and the rows that every image refers to. */
export const setUpPivot = defineStep({ name: 'set-up-pivot', ...always, work: makeTables });
export const setUpPivotServer = defineStep({ name: 'set-up-pivot-server', ...always, secrets, work: makeTables });

async function makeTables(target: PivotTarget, { secret }: { readonly secret: Secret }): Promise<null> {
  await using database = await opened(target, secret);
  await database.setUp(target.set);
  return null;
}

/** Adds the images of one bin to the database. */
export const fillPivot = defineStep({ name: 'fill-pivot', ...inLane, work: addBin });
export const fillPivotServer = defineStep({ name: 'fill-pivot-server', ...inLane, secrets, work: addBin });

async function addBin(bin: SplitBin, { bytes, secret, uses }: Tools<PivotTarget>) {
  const images = await imagesOf(bin, uses, bytes);
  await using database = await opened(uses, secret);
  await database.add(uses.set, images);
  return { key: bin.key, images: images.length };
}

/** Chooses the test set and counts. */
export const finishPivot = defineStep({ name: 'finish-pivot', ...always, work: count });
export const finishPivotServer = defineStep({ name: 'finish-pivot-server', ...always, secrets, work: count });

interface ToFinish {
  readonly target: PivotTarget;
  readonly testSize: number;
}

async function count({ target, testSize }: ToFinish, { secret }: { readonly secret: Secret }): Promise<PivotCounts> {
  await using database = await opened(target, secret);
  const counts = await database.finish(target.set, { testSize });
  return counts;
}

/** Writes the script that makes the tables in Azure SQL. */
export const writePivotSetUp = defineStep({
  name: 'write-pivot-set-up',
  work: (set: PivotSet, { output }): Promise<FileRef> => output.write('pivot_set_up.sql', setUpScript(set)),
});

/** Writes the script that adds the images of one bin. */
export const writePivotData = defineStep({
  name: 'write-pivot-data',
  async work(bin: SplitBin, { bytes, output, uses }: Tools<PivotSettings>) {
    const images = await imagesOf(bin, uses, bytes);
    return {
      key: bin.key,
      images: images.length,
      script: await output.write(`data/${bin.key}.sql`, dataScript(uses.set, images)),
    };
  },
});

async function imagesOf(
  { key, classes, names }: SplitBin,
  { prefix }: PivotSettings,
  bytes: (ref: FileRef) => Promise<Uint8Array>,
): Promise<readonly PivotImage[]> {
  const rows = decodeClasses(await bytes(classes), refUrl(classes)).values();
  return Array.from(rows, ({ roi, image, auto, scores }) => {
    const missing = names.find((_, at) => !Number.isFinite(scores[at]));
    // A number that nobody gave would decide which images people are asked about.
    if (missing !== undefined)
      throw publishFailures['class-missing']({ bin: key, what: `score of '${missing}' for image ${roi}` });
    const path = pathIn(image, prefix) ?? `${prefix}${key}/${imageName(key, roi)}.png`;
    return { path, label: auto, scores };
  });
}

function opened({ database, login }: PivotTarget, secret: Secret): Promise<Pivot> {
  return openPivot(readAddress(database), () => (login === 'secret' ? secret('ifcb-pivot-password') : undefined));
}
