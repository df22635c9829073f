// The rooms of the house as data: which folder of core stands on which layer, and what a package may import.

/** Layers of packages/core/src, lowest first. A file imports from lower layers or its own folder only. */
const layers: readonly (readonly string[])[] = [
  ['lib'],
  ['model'],
  ['storage', 'state', 'secrets', 'config', 'report'],
  ['engine', 'plugins'],
  ['app'],
  ['cli'],
];

/** Libraries that belong to one room of core: the rest of the house must not feel them. */
const libraryRooms: readonly { readonly library: RegExp; readonly rooms: readonly string[] }[] = [
  { library: /^(tsyringe|reflect-metadata)(\/|$)/, rooms: ['app'] },
  { library: /^@oclif\//, rooms: ['cli'] },
  { library: /^(@aws-sdk\/|@azure\/|@google-cloud\/|(webdav|ssh2)(\/|$))/, rooms: ['storage'] },
];

const rootFiles = new Set(['index.ts', 'plugin.ts', 'testing.ts']);

/** Why one file of packages/core/src may not import another (both relative to src), or undefined when it may. */
export function coreViolation(from: string, to: string): string | undefined {
  const source = room(from);
  const target = room(to);
  if (source === undefined) return `${from} stands in no room: see the layers in scripts/layers/rooms.ts`;
  if (target === undefined) return `${to} stands in no room: see the layers in scripts/layers/rooms.ts`;
  if (source === target && !rootFiles.has(source)) return undefined;
  if (source === 'plugin.ts')
    return layerOf(target) <= 1 ? undefined : `plugin.ts may import only lib and model, not ${target}`;
  if (source === 'index.ts' || source === 'testing.ts' || source === 'testing') {
    return target === 'cli' ? `${source} may not import cli` : undefined;
  }
  if (rootFiles.has(target)) return `${source} may not import ${target}: that is the door for others`;
  if (target === 'testing') return `${source} may not import testing`;
  if (layerOf(target) < layerOf(source)) return undefined;
  const relation = layerOf(target) === layerOf(source) ? 'a neighbour on the same layer' : 'a higher layer';
  return `${source} may not import ${target}: ${relation}`;
}

/** Why a file of packages/core/src may not import that library, or undefined when it may. */
export function libraryViolation(from: string, specifier: string): string | undefined {
  const own = room(from) ?? from;
  const rule = libraryRooms.find(({ library }) => library.test(specifier));
  if (!rule || rule.rooms.includes(own)) return undefined;
  return `${own} may not import ${specifier}: it belongs to ${rule.rooms.join(', ')}`;
}

/** Why a file of one package may not import that name of another package of this repository, or undefined when it may. */
export function packageViolation(from: { name: string; inTest: boolean }, specifier: string): string | undefined {
  const match = /^@dataset-runner\/([^/]+)(\/.*)?$/.exec(specifier);
  const [, target = '', path = ''] = match ?? [];
  if (target === '') return undefined;
  const { name, inTest } = from;
  if (name === target) return inTest ? undefined : `${name} imports itself by name: use a relative import`;
  const allowed =
    name !== 'core' &&
    ((target === 'core' && (path === '/plugin' || (inTest && path === '/testing'))) ||
      (target === 'kit' && name.startsWith('plugin-')));
  return allowed ? undefined : `${name} may not import ${specifier}${inTest ? '' : ' in its sources'}`;
}

/** First folder below src, or the root file's own name; undefined for what the house has no room for. */
function room(file: string): string | undefined {
  const [first = '', ...rest] = file.split('/');
  if (rest.length === 0) return rootFiles.has(first) ? first : undefined;
  return first === 'testing' || layerOf(first) >= 0 ? first : undefined;
}

function layerOf(folder: string): number {
  return layers.findIndex((folders) => folders.includes(folder));
}
