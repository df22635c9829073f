import { registryFailures } from '../failures.ts';
import { isList, isMap, isNumber, type Value, type ValueMap } from '../formats/value.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml, YamlFault } from '../formats/yaml-read.ts';

/** A `dvc.yaml` as written, before any template is filled in. */
export interface PipelineFile {
  /** Posix, from the root. */
  readonly file: string;
  readonly vars: readonly Value[];
  readonly stages: ReadonlyMap<string, ValueMap>;
  readonly params: readonly string[];
  readonly metrics: readonly string[];
  readonly artifacts: ReadonlyMap<string, ValueMap>;
}

const fileKeys = ['vars', 'stages', 'params', 'metrics', 'plots', 'artifacts', 'datasets'];
const bodyKeys = ['cmd', 'wdir', 'deps', 'params', 'vars', 'outs', 'metrics', 'plots', 'frozen', 'always_changed'];
const stageKeys = [...bodyKeys, 'desc', 'meta', 'foreach', 'do', 'matrix'];
const outKeys = ['cache', 'persist', 'remote', 'push', 'desc', 'type', 'labels', 'meta', 'checkpoint'];
const plotKeys = [...outKeys, 'x', 'y', 'x_label', 'y_label', 'title', 'template', 'header'];
const artifactKeys = ['path', 'desc', 'type', 'labels', 'meta'];

/**
 * Reads a `dvc.yaml`; throws `registry.file-broken` with the line and `registry.key-unknown`, as DVC would refuse
 * the whole file.
 */
export function pipelineFileOf(file: string, text: string): PipelineFile {
  const check = new Checker(file, text);
  const root = check.root();
  check.keys(root, fileKeys, []);
  const stages = new Map<string, ValueMap>();
  for (const [name, stage] of check.mapAt(root, 'stages', [])) stages.set(name, check.stage(name, stage));
  const artifacts = new Map<string, ValueMap>();
  for (const [name, artifact] of check.mapAt(root, 'artifacts', [])) {
    const map = check.map(artifact, ['artifacts', name]);
    check.keys(map, artifactKeys, ['artifacts', name]);
    artifacts.set(name, map);
  }
  return {
    file,
    vars: check.listAt(root, 'vars', []),
    stages,
    params: check.textsAt(root, 'params'),
    metrics: check.textsAt(root, 'metrics'),
    artifacts,
  };
}

class Checker {
  readonly #file: string;
  readonly #text: string;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  root(): ValueMap {
    try {
      return this.map(valueOf(readYaml(this.#text).root), []);
    } catch (error) {
      if (!(error instanceof YamlFault)) throw error;
      throw registryFailures['file-broken']({ file: this.#file, line: error.line, why: error.message });
    }
  }

  stage(name: string, value: Value): ValueMap {
    const stage = this.map(value, ['stages', name]);
    const at = ['stages', name];
    if (!isStageName(name)) this.broken(at, `'${name}' is no stage name: letters, digits, _ and - only`);
    this.keys(stage, stageKeys, at);
    if (stage.has('foreach') && stage.has('matrix')) this.broken(at, 'it has both foreach and matrix');
    if (stage.has('foreach') !== stage.has('do')) this.broken(at, 'foreach and do go together');
    if (stage.has('foreach')) {
      for (const key of stage.keys()) if (key !== 'foreach' && key !== 'do') this.broken(at, `${key} goes into do`);
      this.body(this.map(stage.get('do') ?? null, [...at, 'do']), [...at, 'do']);
    } else this.body(stage, at);
    return stage;
  }

  body(body: ValueMap, at: readonly string[]): void {
    this.keys(body, at.at(-1) === 'do' ? [...bodyKeys, 'desc', 'meta'] : stageKeys, at);
    const cmd = body.get('cmd');
    const isText = (value: Value | undefined): boolean => typeof value === 'string';
    if (!isText(cmd) && !(isList(cmd) && cmd.length > 0 && cmd.every(isText)))
      this.broken([...at, 'cmd'], 'a stage needs a cmd: a text, or a list of them');
    for (const key of ['deps', 'params', 'outs', 'metrics', 'plots', 'vars']) this.listAt(body, key, at);
    for (const key of ['outs', 'metrics', 'plots']) {
      for (const out of this.listAt(body, key, at)) {
        if (!isMap(out)) continue;
        for (const [path, options] of out) {
          if (isMap(options)) this.keys(options, key === 'plots' ? plotKeys : outKeys, [...at, key, path]);
        }
      }
    }
  }

  keys(map: ValueMap, known: readonly string[], at: readonly string[]): void {
    for (const key of map.keys()) {
      if (known.includes(key)) continue;
      const line = lineOf(this.#text, [...at, key]);
      throw registryFailures['key-unknown']({ file: `${this.#file}:${line}`, key, known });
    }
  }

  map(value: Value, at: readonly string[]): ValueMap {
    return isMap(value) ? value : this.broken(at, 'a map of keys is expected');
  }

  mapAt(map: ValueMap, key: string, at: readonly string[]): ValueMap {
    const value = map.get(key) ?? null;
    return value === null ? new Map() : this.map(value, [...at, key]);
  }

  listAt(map: ValueMap, key: string, at: readonly string[]): readonly Value[] {
    const value = map.get(key) ?? [];
    return isList(value) ? value : this.broken([...at, key], `'${key}' is no list`);
  }

  textsAt(map: ValueMap, key: string): string[] {
    return this.listAt(map, key, []).flatMap((item) => (typeof item === 'string' ? [item] : []));
  }

  broken(at: readonly string[], why: string): never {
    throw registryFailures['file-broken']({ file: this.#file, line: lineOf(this.#text, at), why });
  }
}

/** Whether DVC takes a name for a stage: no punctuation but `_` and `-`. */
export function isStageName(name: string): boolean {
  return name !== '' && !/[!"#$%&'()*+,./:;<=>?@[\\\]^`{|}~]/.test(name);
}

/** The line of a key in a YAML text, found by walking down its names; the nearest one above it, or 1. */
export function lineOf(text: string, path: readonly string[]): number {
  const lines = text.split('\n');
  let at = -1;
  for (const name of path) {
    const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    const key = new RegExp(`^\\s*(?:- )*["']?${escaped}["']?\\s*:`);
    const next = lines.findIndex((line, index) => index > at && key.test(line));
    if (next < 0) break;
    at = next;
  }
  return Math.max(1, at + 1);
}

/** The text of a scalar that stands where a text belongs; numbers keep their digits. */
export function textIn(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return isNumber(value) ? value.text : undefined;
}
