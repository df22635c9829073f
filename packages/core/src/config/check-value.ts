import type { Json } from '../lib/canonical-json.ts';
import { didYouMean, suggestion } from '../lib/did-you-mean.ts';
import { own } from '../lib/own.ts';
import { deref, typeOfValue, type JsonSchema } from './json-schema.ts';
import type { Path } from './path-text.ts';

/** Something wrong with a value; `onKey` says that the key, not its value, is to be pointed at. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
  readonly onKey?: boolean;
}

/**
 * Checks a value against the keywords config schemas use, and says what a person should change.
 *
 * One finding per wrong value. In an `anyOf` the findings are those of the branch whose type fits.
 */
export function checkValue(value: Json, schema: JsonSchema, root: JsonSchema = schema, path: Path = []): Finding[] {
  const here = deref(schema, root);
  if (here.anyOf !== undefined) return checkBranches(value, here.anyOf, root, path);
  if (here.enum !== undefined && !here.enum.includes(value)) return [wrongChoice(value, here.enum, path)];
  const wrongType = checkType(value, here, path);
  if (wrongType !== undefined) return [wrongType];
  if (typeof value === 'string') return checkText(value, here, path);
  if (typeof value === 'number') return checkNumber(value, here, path);
  if (Array.isArray(value)) return checkList(value as readonly Json[], here, root, path);
  if (typeof value === 'object' && value !== null) return checkRecord(value as JsonRecord, here, root, path);
  return [];
}

type JsonRecord = { readonly [name: string]: Json };

// "None of these fits" helps nobody: the branch of the right type was meant, and its findings are the ones to fix.
function checkBranches(value: Json, branches: readonly JsonSchema[], root: JsonSchema, path: Path): Finding[] {
  const tried = branches.map((branch) => checkValue(value, branch, root, path));
  if (tried.some((findings) => findings.length === 0)) return [];
  const fitting = branches.findIndex((branch) => checkType(value, deref(branch, root), path) === undefined);
  if (fitting >= 0) return tried[fitting] ?? [];
  const names = branches.map((branch) => typeName(deref(branch, root))).join(' or ');
  return [{ path, message: `must be ${names}, not ${shown(value)}` }];
}

function checkType(value: Json, schema: JsonSchema, path: Path): Finding | undefined {
  if (schema.type === undefined) return undefined;
  const allowed = typeof schema.type === 'string' ? [schema.type] : schema.type;
  const type = typeOfValue(value);
  // A whole number is a number too; the other way round it is not.
  if (allowed.includes(type) || (type === 'integer' && allowed.includes('number'))) return undefined;
  return { path, message: `must be ${typeName(schema)}, not ${shown(value)}` };
}

function checkText(value: string, schema: JsonSchema, path: Path): Finding[] {
  if (schema.minLength !== undefined && value.length < schema.minLength)
    return [{ path, message: 'must not be empty' }];
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    // A title says what the pattern means; people cannot read patterns.
    return [{ path, message: `must be ${schema.title ?? `like ${schema.pattern}`}` }];
  }
  return [];
}

function checkNumber(value: number, schema: JsonSchema, path: Path): Finding[] {
  if (schema.minimum !== undefined && value < schema.minimum)
    return [{ path, message: `must be at least ${schema.minimum}` }];
  if (schema.maximum !== undefined && value > schema.maximum)
    return [{ path, message: `must be at most ${schema.maximum}` }];
  return [];
}

function checkList(value: readonly Json[], schema: JsonSchema, root: JsonSchema, path: Path): Finding[] {
  const items = schema.items;
  if (items === undefined || items === false) return [];
  return value.flatMap((item, i) => checkValue(item, items, root, [...path, i]));
}

function checkRecord(value: JsonRecord, schema: JsonSchema, root: JsonSchema, path: Path): Finding[] {
  const findings: Finding[] = [];
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) findings.push({ path, message: `${name} is missing` });
  }
  const names = Object.keys(schema.properties ?? {});
  for (const [name, member] of Object.entries(value)) {
    const at = [...path, name];
    const known = own(schema.properties ?? {}, name);
    const rest = schema.additionalProperties;
    // Names that start a section are checked by their own schema, the free ones (stores, tasks) by a pattern.
    if (known !== undefined) findings.push(...checkValue(member, known, root, at));
    else if (rest === false) findings.push(unknownKey(name, names, at));
    else {
      const badName = schema.propertyNames === undefined ? [] : checkText(name, schema.propertyNames, at);
      findings.push(...badName.map(({ message }) => ({ path: at, message: `the name ${message}`, onKey: true })));
      if (typeof rest === 'object') findings.push(...checkValue(member, rest, root, at));
    }
  }
  return findings;
}

/** The finding for a key that nothing knows, with the nearest one that is known. */
function unknownKey(name: string, known: readonly string[], path: Path): Finding {
  return { path, message: `unknown key ${name}${suggestion(name, known)}`, onKey: true };
}

function wrongChoice(value: Json, choices: readonly unknown[], path: Path): Finding {
  const meant = typeof value === 'string' ? didYouMean(value, choices.map(String)) : undefined;
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return { path, message: `must be one of ${choices.map(String).join(', ')}, not ${shown(value)}${hint}` };
}

// The title where there is one: "a reference" says more than "text".
function typeName(schema: JsonSchema): string {
  if (schema.title !== undefined) return schema.title;
  const names: { readonly [type: string]: string } = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    object: 'a map of keys to values',
    array: 'a list',
    null: 'empty',
  };
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => names[type] ?? type).join(' or ') || 'something else';
}

// Only the kind of a text is shown: config is where people paste passwords by mistake.
function shown(value: Json): string {
  if (value === null) return 'empty';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'a map';
}
