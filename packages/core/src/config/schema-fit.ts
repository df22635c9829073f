import { deref, typesOf, type JsonSchema, type JsonSchemaType, type ParamKind } from './json-schema.ts';
import { pathText, type Path } from './path-text.ts';

/** A schema with the document its local `$ref`s point into. */
export interface Rooted {
  readonly schema: JsonSchema;
  readonly root: JsonSchema;
}

/**
 * Says in one clause why no value of `from` can be a value of `to`; undefined when one may.
 *
 * It errs towards silence: what it cannot decide is left to the check of the real value at run time.
 */
export function whyNotFit(from: Rooted, to: Rooted): string | undefined {
  const source = deref(from.schema, from.root);
  const target = deref(to.schema, to.root);
  const kinds = whyNotKind(source['x-runner'], target['x-runner']);
  if (kinds !== undefined) return kinds === 'fits' ? undefined : kinds;
  const have = typesOf(source, from.root);
  const want = wantedTypes(target, to.root);
  // A schema without a type (a transform, `z.any()`) may hold whatever is wanted.
  if (have === undefined || want === undefined) return undefined;
  if (![...have].some((type) => want.has(type) || isNumber(type, want)))
    return `is ${typeList(have)}, where ${typeList(want)} is wanted`;
  return whyNotChoice(source, target) ?? whyNotItems(source, target, from.root, to.root);
}

/** The schema at a path inside another, or which part of the path it lacks. */
export function schemaAt(
  from: Rooted,
  path: Path,
): { readonly found: Rooted | 'anything' } | { readonly missing: string; readonly known: readonly string[] } {
  let current = deref(from.schema, from.root);
  for (const [i, part] of path.entries()) {
    const next = typeof part === 'number' ? itemSchema(current, part) : current.properties?.[part];
    const open = current.properties === undefined || (current.additionalProperties ?? false) !== false;
    if (next !== undefined) current = deref(next, from.root);
    // Unions, records and undeclared outputs may hold anything; only a plain object says what it lacks.
    else if (typeof part === 'number' || current.anyOf !== undefined || open) return { found: 'anything' };
    else return { missing: pathText(path.slice(0, i + 1)), known: Object.keys(current.properties ?? {}) };
  }
  return { found: { schema: current, root: from.root } };
}

function itemSchema(schema: JsonSchema, index: number): JsonSchema | undefined {
  return schema.prefixItems?.[index] ?? (schema.items === false ? undefined : schema.items);
}

// Refs are objects to JSON Schema, but to people files, folders and places.
function whyNotKind(have: ParamKind | undefined, want: ParamKind | undefined): string | undefined {
  if (have !== 'file' && have !== 'folder') {
    return undefined;
  }
  if (want === have) return 'fits';
  if (want === 'file') return 'is a folder, where a file is wanted';
  if (want === 'folder') return 'is a file, where a folder is wanted';
  if (want === 'place') return `is a ${have}, where a place is wanted`;
  return undefined;
}

// Data may be named by a path, a file by its URL.
function wantedTypes(target: JsonSchema, root: JsonSchema): ReadonlySet<JsonSchemaType> | undefined {
  const types = typesOf(target, root);
  const kind = target['x-runner'];
  return types !== undefined && (kind === 'source' || kind === 'file') ? new Set([...types, 'string']) : types;
}

// A number may happen to be whole; zod looks at the real one.
function isNumber(type: JsonSchemaType, want: ReadonlySet<JsonSchemaType>): boolean {
  return (type === 'integer' && want.has('number')) || (type === 'number' && want.has('integer'));
}

// One common value is enough: which one comes is known at run time only.
function whyNotChoice(source: JsonSchema, target: JsonSchema): string | undefined {
  const have = source.enum ?? ('const' in source ? [source.const] : undefined);
  const want = target.enum ?? ('const' in target ? [target.const] : undefined);
  if (have === undefined || want === undefined || have.some((value) => want.includes(value))) return undefined;
  return `is one of ${have.map(String).join(', ')}, where one of ${want.map(String).join(', ')} is wanted`;
}

function whyNotItems(
  source: JsonSchema,
  target: JsonSchema,
  sourceRoot: JsonSchema,
  targetRoot: JsonSchema,
): string | undefined {
  if (!source.items || !target.items) return undefined;
  const why = whyNotFit({ schema: source.items, root: sourceRoot }, { schema: target.items, root: targetRoot });
  return why === undefined ? undefined : `is a list whose entry ${why}`;
}

function typeList(types: ReadonlySet<JsonSchemaType>): string {
  const names = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    object: 'an object',
    array: 'a list',
    null: 'nothing',
  };
  return [...types].map((type) => names[type]).join(' or ');
}
