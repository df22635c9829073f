import { suggestion } from '../lib/did-you-mean.ts';
import { own } from '../lib/own.ts';
import type { Problem } from '../model/failure.ts';
import { deref, type JsonSchema } from './json-schema.ts';
import { findTemplates, referencesOf, referenceText, type OutputReference } from './output-reference.ts';
import { pathText, type Path } from './path-text.ts';
import { planPipeline } from './plan-pipeline.ts';
import type { Pipeline, PipelineEntry, Project } from './project.ts';
import { schemaAt, whyNotFit } from './schema-fit.ts';
import type { TasksById } from './schema.ts';

/** How much of the project's tasks is known. */
export interface CheckOptions {
  /** `some` when a plugin is disabled: a task nobody knows may then be one of its own. Default `all`. */
  readonly known?: 'all' | 'some';
}

/**
 * What is wrong with the names in a project's `tasks:` and with all its pipelines, each with line and column.
 * Values are checked by `resolveParams`.
 */
export function checkProject(project: Project, tasks: TasksById, options: CheckOptions = {}): Problem[] {
  const inTasks = Object.entries(project.tasks).flatMap(([id, params]) => {
    const at = ['tasks', id];
    const spot: Spot = (path) => ({ path: pathText([...at, ...path]), ...params.placeOf(path) });
    return checkNames(id, Object.keys(params.values), tasks, options, spot);
  });
  return [
    ...inTasks,
    ...Object.values(project.pipelines).flatMap((pipeline) => checkPipeline(pipeline, tasks, options)),
  ];
}

/** The names in a project's `tasks:` that no task has: what stands under them would count for nothing. */
export function unknownTasks(project: Project, tasks: TasksById): Problem[] {
  return Object.entries(project.tasks)
    .filter(([id]) => own(tasks, id) === undefined)
    .map(([id, params]) => ({ path: pathText(['tasks', id]), message: noTask(id, tasks), ...params.placeOf([]) }));
}

/**
 * What is wrong with a pipeline before anything runs: unknown tasks, params, entries and outputs, rings, and
 * outputs that can never fit the param they feed.
 */
export function checkPipeline(pipeline: Pipeline, tasks: TasksById, options: CheckOptions = {}): Problem[] {
  const byId = new Map(pipeline.entries.map((entry) => [entry.id, entry]));
  const problems = pipeline.entries.flatMap((entry, i) => {
    const at = ['pipelines', pipeline.name, i];
    const spot: Spot = (path) => ({ path: pathText([...at, ...path]), ...entry.params.placeOf(path) });
    return [
      ...checkNames(entry.task, Object.keys(entry.params.values), tasks, options, spot),
      ...(entry.after ?? []).flatMap((id) => unknownEntry(id, byId, { path: pathText([...at, 'after']), ...entry.at })),
      ...checkReferences(entry, byId, tasks, spot),
    ];
  });
  const { cycle } = planPipeline(pipeline);
  const [first] = cycle;
  if (first === undefined) return problems;
  const message = cycle.length === 1 ? `${first} waits for itself` : `${[...cycle, first].join(' waits for ')}`;
  const at = byId.get(first)?.at ?? pipeline.at;
  return [...problems, { path: pathText(['pipelines', pipeline.name]), message, ...at }];
}

// Where a problem is, given the way into an entry's params.
type Spot = (path: Path) => Omit<Problem, 'message'>;

function checkNames(
  task: string,
  params: readonly string[],
  tasks: TasksById,
  options: CheckOptions,
  spot: Spot,
): Problem[] {
  const schema = own(tasks, task)?.params;
  if (schema === undefined) {
    if (options.known === 'some') return [];
    return [{ ...spot([]), message: noTask(task, tasks) }];
  }
  const known = Object.keys(schema.properties ?? {});
  // An object open to any key (a `z.looseObject`) has no unknown ones.
  if ((schema.additionalProperties ?? false) !== false) return [];
  return params
    .filter((name) => !known.includes(name))
    .map((name) => ({ ...spot([name]), message: `${task} has no param ${name}${suggestion(name, known)}` }));
}

function noTask(id: string, tasks: TasksById): string {
  return `there is no task ${id}${suggestion(id, Object.keys(tasks))}`;
}

function unknownEntry(id: string, byId: ReadonlyMap<string, PipelineEntry>, spot: Omit<Problem, 'message'>): Problem[] {
  if (byId.has(id)) return [];
  return [{ ...spot, message: `there is no entry ${id}${suggestion(id, [...byId.keys()])}` }];
}

function checkReferences(
  entry: PipelineEntry,
  byId: ReadonlyMap<string, PipelineEntry>,
  tasks: TasksById,
  spot: Spot,
): Problem[] {
  const params = own(tasks, entry.task)?.params;
  return findTemplates(entry.params.values).flatMap(({ path, template }): Problem[] => {
    if (template.form === 'broken') return [{ ...spot(path), message: template.message }];
    return referencesOf(template).flatMap((reference) => {
      const target = byId.get(reference.entry);
      if (target === undefined) return unknownEntry(reference.entry, byId, spot(path));
      // A task that declares no outputs may return anything; the run will tell.
      const outputs = own(tasks, target.task)?.outputs;
      const wanted = template.form === 'embedded' ? { schema: textPart, root: textPart } : wantedAt(params, path);
      const why = outputs === undefined ? undefined : whyNotReference(reference, outputs, wanted);
      return why === undefined ? [] : [{ ...spot(path), message: why }];
    });
  });
}

/** What a reference inside a text may be: something that prints as one would expect. */
const textPart: JsonSchema = { type: ['string', 'number', 'boolean'] };

// The schema of the param at the place of a reference, which may be deep inside it.
function wantedAt(params: JsonSchema | undefined, path: Path): { schema: JsonSchema; root: JsonSchema } | undefined {
  if (params === undefined) return undefined;
  const at = schemaAt({ schema: params, root: params }, path);
  return 'found' in at && at.found !== 'anything' ? at.found : undefined;
}

function whyNotReference(
  reference: OutputReference,
  outputs: JsonSchema,
  wanted: { readonly schema: JsonSchema; readonly root: JsonSchema } | undefined,
): string | undefined {
  const at = schemaAt({ schema: deref(outputs, outputs), root: outputs }, reference.path);
  if ('missing' in at) return `${reference.entry} returns no ${at.missing}${suggestion(at.missing, at.known)}`;
  if (at.found === 'anything' || wanted === undefined) return undefined;
  const why = whyNotFit(at.found, wanted);
  return why === undefined ? undefined : `${referenceText(reference)} ${why}`;
}
