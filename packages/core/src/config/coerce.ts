import type { Json } from '../lib/canonical-json.ts';
import { deref, typesOf, type JsonSchema, type JsonSchemaType } from './json-schema.ts';

export type Coerced = { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly message: string };

/**
 * Reads a text from the command line, the environment or a CSV cell as the type its schema asks for.
 *
 * Lists are comma lists or JSON, objects JSON. Ranges and patterns are zod's to check.
 */
export function coerceText(text: string, schema: JsonSchema, root: JsonSchema): Coerced {
  const here = deref(schema, root);
  const kind = here['x-runner'];
  // Data on the command line is either written out as JSON or named.
  if (kind === 'source') return /^\s*[[{]/.test(text) ? readJson(text) : { ok: true, value: text };
  if (kind !== undefined) return { ok: true, value: text };
  // An enum of numbers is typed as text, so its members are compared as texts.
  const choice = constantsOf(here).find((value) => typeof value !== 'string' && String(value) === text);
  if (choice !== undefined) return { ok: true, value: choice as Json };
  const types = typesOf(here, root);
  if (types === undefined) return readJsonOrText(text);
  // Where text is welcome it stays text: `007` is a name as often as a number.
  if (types.has('string')) return { ok: true, value: text };
  return coerceToTypes(text, types, here, root);
}

/** Reads the values of a flag given several times: each may be a comma list. */
export function coerceList(texts: readonly string[], schema: JsonSchema, root: JsonSchema): Coerced {
  const here = deref(schema, root);
  const values: Json[] = [];
  for (const text of texts) {
    const list = coerceText(text, here, root);
    if (!list.ok) return list;
    if (!Array.isArray(list.value))
      return texts.length === 1 ? list : { ok: false, message: 'is given more than once' };
    values.push(...(list.value as readonly Json[]));
  }
  return { ok: true, value: values };
}

function coerceToTypes(
  text: string,
  types: ReadonlySet<JsonSchemaType>,
  schema: JsonSchema,
  root: JsonSchema,
): Coerced {
  const plain = text.trim();
  // In order of how little a text can be mistaken for another type.
  if (types.has('null') && (plain === 'null' || plain === '')) return { ok: true, value: null };
  if (types.has('boolean')) {
    const truth = truths[plain.toLowerCase()];
    if (truth !== undefined) return { ok: true, value: truth };
  }
  if ((types.has('integer') || types.has('number')) && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) {
    return { ok: true, value: Number(plain) };
  }
  if (types.has('array')) return coerceCommaList(plain, schema, root);
  if (types.has('object')) return readJson(text);
  return { ok: false, message: `must be ${wanted(types)}` };
}

// What people write in YAML, in environments and behind flags.
const truths: { readonly [text: string]: boolean | undefined } = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

function coerceCommaList(text: string, schema: JsonSchema, root: JsonSchema): Coerced {
  // JSON is the way to write an entry that holds a comma.
  if (text.startsWith('[')) return readJson(text);
  if (text === '') return { ok: true, value: [] };
  const values: Json[] = [];
  for (const entry of text.split(',')) {
    const read = coerceText(entry.trim(), schema.items || {}, root);
    if (!read.ok) return { ok: false, message: `every entry ${read.message}` };
    values.push(read.value);
  }
  return { ok: true, value: values };
}

function constantsOf(schema: JsonSchema): readonly unknown[] {
  const own = schema.enum ?? ('const' in schema ? [schema.const] : []);
  return [...own, ...(schema.anyOf ?? []).flatMap((branch) => constantsOf(branch))];
}

function readJson(text: string): Coerced {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch {
    return { ok: false, message: 'must be JSON, as in \'{"a": 1}\' or \'["a", "b"]\'' };
  }
}

// A schema that says nothing about types takes anything, so text that is no JSON is simply text.
function readJsonOrText(text: string): Coerced {
  const json = readJson(text);
  return json.ok ? json : { ok: true, value: text };
}

function wanted(types: ReadonlySet<JsonSchemaType>): string {
  const names = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    object: 'a JSON object',
    array: 'a list',
    null: 'null',
  };
  return [...types].map((type) => names[type]).join(' or ');
}
