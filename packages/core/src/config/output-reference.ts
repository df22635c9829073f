import type { Json } from '../lib/canonical-json.ts';
import { own } from '../lib/own.ts';
import { fail, type Problem } from '../model/failure.ts';
import { pathText, type Path } from './path-text.ts';
import type { RawParams } from './project.ts';

/** `${{ extract.images[0] }}`: a value of what an earlier pipeline entry returned. */
export interface OutputReference {
  /** The entry's id. */
  readonly entry: string;
  /** Into its outputs; empty for all of them. */
  readonly path: Path;
}

/** A text of a param, taken apart. */
export type Template =
  | { readonly form: 'plain' }
  /** The text is one reference and nothing else: the value keeps its type. */
  | { readonly form: 'whole'; readonly reference: OutputReference }
  /** References inside a text: the result is a text. */
  | { readonly form: 'embedded'; readonly parts: readonly (string | OutputReference)[] }
  | { readonly form: 'broken'; readonly message: string };

/** Takes a text apart; `broken` when a `${{` in it starts no reference. */
export function parseTemplate(text: string): Template {
  if (!text.includes('${{')) return { form: 'plain' };
  const parts: (string | OutputReference)[] = [];
  let rest = text;
  while (rest !== '') {
    const start = rest.indexOf('${{');
    if (start === -1) break;
    const end = rest.indexOf('}}', start);
    if (end === -1) return { form: 'broken', message: '${{ is not closed by }}' };
    const reference = parseReferenceBody(rest.slice(start + 3, end).trim());
    if (reference === undefined) {
      return { form: 'broken', message: `${rest.slice(start, end + 2)} is no reference; write \${{ entry.output }}` };
    }
    if (start > 0) parts.push(rest.slice(0, start));
    parts.push(reference);
    rest = rest.slice(end + 2);
  }
  if (rest !== '') parts.push(rest);
  const [first, second] = parts;
  if (second === undefined && typeof first === 'object') return { form: 'whole', reference: first };
  return { form: 'embedded', parts };
}

// Names and indexes only: an expression language would be a ninth word to learn.
function parseReferenceBody(body: string): OutputReference | undefined {
  const match = /^([A-Za-z][\w-]*)((?:\.[A-Za-z_$][\w$-]*|\[\d{1,9}\])*)$/.exec(body);
  if (match === null) return undefined;
  const [, entry = '', way = ''] = match;
  const path = [...way.matchAll(/\.([\w$-]+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? Number(index));
  return { entry, path };
}

/** A reference as it is written: `extract.images[0]`. */
export function referenceText(reference: OutputReference): string {
  return pathText([reference.entry, ...reference.path]);
}

/** One text with references and where it stands in the params. */
export interface FoundTemplate {
  readonly path: Path;
  readonly template: Exclude<Template, { form: 'plain' }>;
}

/** All texts with references in a value, at any depth. */
export function findTemplates(value: Json, path: Path = []): FoundTemplate[] {
  if (typeof value === 'string') {
    const template = parseTemplate(value);
    return template.form === 'plain' ? [] : [{ path, template }];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item: Json, i) => findTemplates(item, [...path, i]));
  return Object.entries(value as JsonRecord).flatMap(([name, member]) => findTemplates(member, [...path, name]));
}

/** The references of a text, in its order. */
export function referencesOf(template: Template): readonly OutputReference[] {
  if (template.form === 'whole') return [template.reference];
  return template.form === 'embedded' ? template.parts.filter((part) => typeof part === 'object') : [];
}

/**
 * The params with every reference replaced by what the earlier entries returned.
 *
 * `outputs` are by entry id. Throws `pipeline.invalid` where an entry did not return what is referred to, which
 * the check of the config cannot know for optional and undeclared outputs.
 */
export function evaluateReferences(
  params: RawParams,
  outputs: { readonly [entry: string]: Json },
  pipeline: string,
): RawParams {
  const problems: Problem[] = [];
  const values = replaceIn(params.values, [], (template, path) => {
    const result = evaluate(template, outputs);
    if (result.ok) return result.value;
    problems.push({ path: pathText(path), message: result.message, ...params.placeOf(path) });
    return null;
  });
  if (problems.length > 0) {
    const hint = 'What the entries before it made is kept. Correct runner.yaml and try again.';
    throw fail('pipeline.invalid', { pipeline, problems, hint });
  }
  return { values: values as JsonRecord, placeOf: (path) => params.placeOf(path) };
}

type JsonRecord = { readonly [name: string]: Json };
type Evaluated = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly message: string };

// Copies what it changes; the project's own params stay as they were written.
function replaceIn(value: Json, path: Path, replace: (template: Template, path: Path) => Json): Json {
  if (typeof value === 'string') {
    const template = parseTemplate(value);
    return template.form === 'plain' ? value : replace(template, path);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json, i) => replaceIn(item, [...path, i], replace));
  const members = Object.entries(value as JsonRecord).map(([name, member]): [string, Json] => [
    name,
    replaceIn(member, [...path, name], replace),
  ]);
  return Object.fromEntries(members);
}

function evaluate(template: Template, outputs: { readonly [entry: string]: Json }): Evaluated {
  if (template.form === 'whole') return lookUp(template.reference, outputs);
  if (template.form !== 'embedded')
    return { ok: false, message: template.form === 'broken' ? template.message : 'is no reference' };
  let text = '';
  for (const part of template.parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const found = lookUp(part, outputs);
    if (!found.ok) return found;
    // `[object Object]` in a path or title would be found much later.
    if (typeof found.value === 'object')
      return { ok: false, message: `${referenceText(part)} cannot be part of a text` };
    text += String(found.value);
  }
  return { ok: true, value: text };
}

// Only own members count, so `${{ a.constructor }}` finds nothing.
function lookUp(reference: OutputReference, outputs: { readonly [entry: string]: Json }): Evaluated {
  let current: Json | undefined = own(outputs, reference.entry);
  for (const part of reference.path) {
    if (typeof current !== 'object' || current === null) current = undefined;
    else
      current = Array.isArray(current)
        ? (current as readonly Json[])[Number(part)]
        : own(current as JsonRecord, String(part));
  }
  if (current !== undefined) return { ok: true, value: current };
  return { ok: false, message: `${reference.entry} returned no ${pathText(reference.path) || 'outputs'}` };
}
