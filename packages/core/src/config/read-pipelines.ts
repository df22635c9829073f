import type { Json } from '../lib/canonical-json.ts';
import type { Problem } from '../model/failure.ts';
import { pathText, type Path } from './path-text.ts';
import type { Pipeline, PipelineEntry, RawParams } from './project.ts';
import type { YamlData } from './yaml-data.ts';

type JsonRecord = { readonly [name: string]: Json };

/** The params under a path, with the places of their values. */
export function rawParams(data: YamlData, path: Path, values: JsonRecord): RawParams {
  return { values, placeOf: (inner) => data.placeOf([...path, ...inner]) };
}

/**
 * Reads `pipelines:`, whose shape was checked before; problems of meaning (two tasks in an entry, an id used
 * twice) are added to `problems`.
 */
export function readPipelines(
  data: YamlData,
  pipelines: JsonRecord,
  problems: Problem[],
): { [name: string]: Pipeline } {
  const read: Record<string, Pipeline> = {};
  for (const [name, entries] of Object.entries(pipelines)) {
    const path = ['pipelines', name];
    const list = (entries as readonly Json[]).map((entry, i) => readEntry(data, entry, [...path, i], problems));
    const known = list.filter((entry) => entry !== undefined);
    problems.push(...idsUsedTwice(data, known, path));
    read[name] = { name, entries: known.map(({ entry }) => entry), at: data.placeOfKey(path) };
  }
  return read;
}

/** An entry with what only the search for double ids needs. */
interface ReadEntry {
  readonly entry: PipelineEntry;
  readonly path: Path;
  readonly named: boolean;
}

function readEntry(data: YamlData, written: Json, path: Path, problems: Problem[]): ReadEntry | undefined {
  if (typeof written === 'string') {
    const at = data.placeOf(path);
    const params = rawParams(data, path, {});
    return { entry: { id: ownName(written), task: written, params, at }, path, named: false };
  }
  // What is neither `id` nor `after` must be the task: its key holds a colon, so the two can never be meant by it.
  const { id, after, ...tasks } = written as JsonRecord;
  const [task, another] = Object.keys(tasks);
  if (task === undefined || another !== undefined) {
    const message =
      task === undefined ? 'names no task' : `names two tasks, ${task} and ${another}: make it two entries`;
    problems.push({ path: pathText(path), message, ...data.placeOf(path) });
    return undefined;
  }
  if (!/^[^\s:]+:[^\s:]+$/.test(task)) {
    problems.push({
      path: pathText(path),
      message: `${task} is not a task like plugin:task`,
      ...data.placeOfKey([...path, task]),
    });
    return undefined;
  }
  const entry: PipelineEntry = {
    id: typeof id === 'string' ? id : ownName(task),
    task,
    params: rawParams(data, [...path, task], (tasks[task] ?? {}) as JsonRecord),
    ...(Array.isArray(after) ? { after: after as readonly string[] } : {}),
    at: data.placeOfKey([...path, task]),
  };
  return { entry, path, named: typeof id === 'string' };
}

/** `extract` of `ifcb:extract`. */
function ownName(task: string): string {
  return task.slice(task.indexOf(':') + 1);
}

function idsUsedTwice(data: YamlData, entries: readonly ReadEntry[], path: Path): Problem[] {
  const seen = new Map<string, ReadEntry>();
  const problems: Problem[] = [];
  for (const read of entries) {
    const { id, at } = read.entry;
    const first = seen.get(id);
    if (first === undefined) seen.set(id, read);
    else {
      const message = `${id} is also the entry at line ${first.entry.at.line}; give one of them an id`;
      // A chosen id is what to change; a task's own name is changed by adding one.
      const place = read.named ? data.placeOf([...read.path, 'id']) : at;
      problems.push({ path: pathText([...path, entries.indexOf(read)]), message, ...place });
    }
  }
  return problems;
}
