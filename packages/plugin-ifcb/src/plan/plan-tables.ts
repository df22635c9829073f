import { type FileRef, type Results, type RunContext, refOf, sha256 } from '@dataset-runner/core/plugin';
import { parseBinId } from '../bins/bin-id.ts';
import { ifcbFailures } from '../failures.ts';
import { publishFailures } from '../publish/failures.ts';
import { imageNumbers } from '../publish/particle.ts';
import { type SplitBin, splitPredictions } from '../steps/split-predictions.ts';

/** All tables of one bin. */
export interface BinTables {
  /** The bin's id. */
  readonly key: string;
  readonly features: FileRef;
  /** Of the images beside a table that does not name them. */
  readonly images?: readonly number[];
  readonly classes?: FileRef;
}

// The first kind that a bin has counts.
const kinds = ['_features_v4.csv', '_fea_v4.csv', '_ml.csv'];

/** Where tables come from. */
export interface TableSource {
  readonly features: string;
  readonly predictions?: FileRef | undefined;
  /** Names by number, for tables that have numbers. */
  readonly classes: readonly string[];
}

/** What tables say together. */
export interface PlannedTables {
  /** The bins that have features, sorted. */
  readonly tables: readonly BinTables[];
  /** The classes the predictions have scores of, whether an image is of them or not; empty for a table without scores. */
  readonly scored: readonly string[];
}

/** Puts features and classes together by bin, and logs which predictions have no features. Throws `ifcb.no-tables`, and `ifcb.bin-duplicate` for features in two folders. */
export async function planTables(
  { features: place, predictions, classes }: TableSource,
  { store, map, log }: Pick<RunContext<never>, 'store' | 'map' | 'log'>,
): Promise<PlannedTables> {
  const from = await store(place);
  const found = new Map<string, { readonly kind: number; readonly features: FileRef }>();
  const images = new Map<string, string[]>();
  for await (const page of from.list())
    for (const entry of page) {
      const name = entry.key.slice(entry.key.lastIndexOf('/') + 1);
      const kind = kinds.findIndex((ending) => name.endsWith(ending));
      const folder = entry.key.slice(0, -name.length - 1);
      if (kind < 0 && name.endsWith('.png')) addTo(images, folder, name);
      const bin = kind < 0 ? '' : name.slice(0, -kinds[kind]!.length);
      const known = found.get(bin);
      if (known?.kind === kind) {
        const places = [known.features.key, entry.key].map((key) => `'${key.slice(0, -name.length - 1) || '.'}'`);
        throw ifcbFailures['bin-duplicate']({ bin, places });
      }
      if (parseBinId(bin) === undefined || (known?.kind ?? 9) < kind) continue;
      found.set(bin, { kind, features: refOf(from.place, entry) });
    }
  if (found.size === 0) throw publishFailures['no-tables']({ place });
  const { byBin, scored } = await splitOf({ predictions, classes, place }, { map });
  const lost = [...byBin.keys()].filter((bin) => !found.has(bin)).sort();
  if (lost.length > 0) {
    const shown = lost.length > 3 ? `${lost.slice(0, 3).join(', ')}, ...` : lost.join(', ');
    log(
      `left out ${lost.length} bin${lost.length === 1 ? '' : 's'} with predictions and no features in ${place}: ${shown}`,
    );
  }
  const tables = [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { kind, features }]) => {
      const folder = features.key.slice(0, Math.max(0, features.key.lastIndexOf('/')));
      const mine = byBin.get(key);
      return {
        key,
        features,
        ...(kinds[kind] === '_ml.csv' ? { images: imageNumbers(key, images.get(folder) ?? []) } : {}),
        ...(mine === undefined ? {} : { classes: mine }),
      };
    });
  return { tables, scored };
}

async function splitOf(
  { predictions, classes, place }: Omit<TableSource, 'features'> & { readonly place: string },
  { map }: Pick<RunContext<never>, 'map'>,
): Promise<{ readonly byBin: ReadonlyMap<string, FileRef>; readonly scored: readonly string[] }> {
  if (predictions === undefined) return { byBin: new Map(), scored: [] };
  const into = `work:ifcb/classes/${sha256(`${place} ${predictions.store} ${predictions.key}`).slice(-16)}`;
  const split: Results<SplitBin> = map(splitPredictions, [predictions], {
    into,
    exact: true,
    uses: { classes },
    key: () => 'all',
  });
  const byBin = new Map<string, FileRef>();
  const scored = new Set<string>();
  for await (const { key, names, classes: file } of split) {
    byBin.set(key, file);
    for (const name of names) scored.add(name);
  }
  return { byBin, scored: [...scored] };
}

function addTo(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
