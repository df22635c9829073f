import { randomBytes } from 'node:crypto';
import { canonicalJson, type FileRef, sha256 } from '@dataset-runner/core/plugin';
import type { MachineCommands, SshSettings } from '../compute/machine-schemas.ts';
import type { MachineSpec } from '../compute/open-machine.ts';
import { diatomFailures } from '../failures.ts';
import { manifestFile } from '../layout.ts';
import { type TrainingRecord, trainingFile } from '../steps/train-model.ts';
import { type ReadOnlyStore, statFile } from '../stored.ts';

type OpenStore = (place: string) => Promise<ReadOnlyStore>;

/**
 * The digest of all that a training's outcome depends on: the set, the scripts, their settings.
 *
 * A set's manifest stands for its pictures where there is one; else their listing does (sizes and versions).
 */
export async function trainingDigest(
  store: OpenStore,
  {
    set,
    pictures,
    scripts,
    settings,
  }: {
    readonly set: string;
    readonly pictures: readonly FileRef[];
    readonly scripts: readonly FileRef[];
    readonly settings: readonly string[];
  },
): Promise<string> {
  const place = await store(set);
  const manifest = await place.stat(manifestFile);
  const listing =
    manifest === undefined
      ? pictures.map(({ key, size, version = '' }) => `${key}\t${size}\t${version}`)
      : [await place.digest(manifestFile)];
  const codes: string[] = [];
  for (const script of scripts) codes.push(await (await store(script.store)).digest(script.key));
  return sha256(canonicalJson({ listing, codes, settings }));
}

/** The model and evaluation of exactly this training, when they lie in the place already. */
export async function findTraining(
  place: ReadOnlyStore,
  wanted: string,
  names: { readonly model: string; readonly evaluation: string },
): Promise<{ readonly model: FileRef; readonly evaluation: FileRef } | undefined> {
  if ((await place.stat(trainingFile)) === undefined) return undefined;
  const record = (await readObject(place, trainingFile)) as Partial<TrainingRecord>;
  if (record.wanted !== wanted) return undefined;
  const model = await statFile(place, names.model);
  const evaluation = await statFile(place, names.evaluation);
  const known = (file: FileRef | undefined): file is FileRef =>
    file !== undefined && record.files?.[file.key]?.size === file.size;
  return known(model) && known(evaluation) ? { model, evaluation } : undefined;
}

/** The share of test pictures the model named right, as its evaluation says; null when it says nothing of the kind. */
export async function readAccuracy(place: ReadOnlyStore, evaluation: string): Promise<number | null> {
  const { accuracy } = await readObject(place, evaluation);
  return typeof accuracy === 'number' ? accuracy : null;
}

/** A machine of the wanted kind under a name of its own, which alone is enough to stop it after a crash. */
export function nameMachine(params: {
  readonly compute: 'local' | 'ssh' | 'command';
  readonly ssh?: SshSettings | undefined;
  readonly command?: MachineCommands | undefined;
}): MachineSpec {
  const name = `diatom-train-${randomBytes(4).toString('hex')}`;
  const { compute, ssh, command } = params;
  if (compute === 'local') return { kind: 'local', name };
  if (compute === 'ssh' && ssh !== undefined) return { kind: 'ssh', name, ssh };
  if (compute === 'command' && command !== undefined) return { kind: 'command', name, command };
  throw diatomFailures['machine-unset']({ kind: compute, param: compute });
}

/** A JSON object, empty for anything else: scripts write what they like, a table, or the NaN of Python. */
async function readObject(place: ReadOnlyStore, key: string): Promise<{ readonly [name: string]: unknown }> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await place.read(key)) pieces.push(piece);
  try {
    return Object(JSON.parse(Buffer.concat(pieces).toString('utf8'))) as { readonly [name: string]: unknown };
  } catch {
    return {};
  }
}
