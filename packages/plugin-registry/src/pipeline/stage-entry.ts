import { byCodePoint } from '../formats/python-json.ts';
import { mapOf, type Value, type ValueMap } from '../formats/value.ts';
import { defaultParamFile } from './param-file.ts';

/** A stage as `registry:stage-add` is told of it; paths are posix, from the stage's wdir. */
export interface NewStage {
  readonly cmd: string | readonly string[];
  readonly wdir?: string | undefined;
  readonly deps: readonly string[];
  /** `name`, several joined by commas, or `file:name,name`; `file:` means the whole file. */
  readonly params: readonly string[];
  readonly outs: readonly NewOut[];
  readonly desc?: string | undefined;
  readonly frozen?: boolean;
  readonly alwaysChanged?: boolean;
}

export interface NewOut {
  readonly kind: 'outs' | 'metrics' | 'plots';
  readonly path: string;
  readonly cache?: boolean;
  readonly persist?: boolean;
}

/** The stage as DVC writes it: keys in its order, dependencies and outputs by path, the default file's params first. */
export function stageEntry(stage: NewStage): ValueMap {
  const { cmd, wdir, deps, params, outs, desc, frozen, alwaysChanged } = stage;
  const list = (values: readonly Value[]): readonly Value[] | undefined => (values.length === 0 ? undefined : values);
  const outsOf = (kind: NewOut['kind']): readonly Value[] | undefined =>
    list(
      outs
        .filter((out) => out.kind === kind)
        .toSorted((a, b) => byCodePoint(a.path, b.path))
        .map(outValue),
    );
  return mapOf({
    desc,
    cmd,
    wdir: wdir === '.' ? undefined : wdir,
    deps: list([...new Set(deps)].sort(byCodePoint)),
    params: list(paramValues(params)),
    outs: outsOf('outs'),
    metrics: outsOf('metrics'),
    plots: outsOf('plots'),
    frozen: frozen === true ? true : undefined,
    always_changed: alwaysChanged === true ? true : undefined,
  });
}

function outValue({ path, cache, persist }: NewOut): Value {
  const options = mapOf({ cache: cache === false ? false : undefined, persist: persist === true ? true : undefined });
  return options.size === 0 ? path : new Map([[path, options]]);
}

function paramValues(params: readonly string[]): Value[] {
  const files = new Map<string, Set<string>>();
  for (const param of params) {
    const [file, names] = param.includes(':') ? splitAt(param, param.lastIndexOf(':')) : [defaultParamFile, param];
    const known = files.get(file) ?? new Set();
    for (const name of names.split(',')) if (name !== '') known.add(name);
    files.set(file, known);
  }
  const own = [...(files.get(defaultParamFile) ?? [])].sort(byCodePoint);
  const isWhole = files.has(defaultParamFile) && own.length === 0;
  const others = [...files].filter(([file]) => file !== defaultParamFile || isWhole);
  return [
    ...own,
    ...others
      .sort(([a], [b]) => byCodePoint(a, b))
      .map(([file, names]) => new Map([[file, names.size === 0 ? null : [...names].sort(byCodePoint)]])),
  ];
}

function splitAt(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1)];
}

/** One command line of several words, as DVC joins them: words with spaces in double quotes. */
export function joinedCommand(words: readonly string[]): string {
  const [only = ''] = words;
  return words.length === 1 ? only : words.map(quotedWord).join(' ');
}

function quotedWord(word: string): string {
  if (word.includes(' ') && !word.includes('"')) return `"${word}"`;
  return word.includes(' ') ? `'${word}'` : word;
}
