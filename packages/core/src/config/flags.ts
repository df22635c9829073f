import { deref, typesOf, type JsonSchema, type ParamKind } from './json-schema.ts';

/**
 * One param as a command line shows it; what flags, help, completion and `explain` are made of.
 */
export interface FlagSpec {
  /** kebab-case, without dashes: `test-count`. */
  readonly name: string;
  /** The param's own name: `testCount`. */
  readonly param: string;
  /** `json`: objects and everything without a plain form; written as JSON on the command line. */
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'enum' | 'json';
  /** The choices of an `enum`, as text. */
  readonly choices?: readonly string[];
  /** A list; given by repeating the flag, by commas, or as JSON. `type` is then that of its entries. */
  readonly multiple: boolean;
  /** No default: must come from somewhere, not necessarily from the command line. */
  readonly required: boolean;
  readonly default?: unknown;
  readonly description?: string;
  /** One letter. */
  readonly short?: string;
  /** 0-based place among positional arguments. */
  readonly positional?: number;
  readonly kind?: ParamKind;
}

/** The flags of a task, in the order its params are declared; reads the manifest's JSON Schema only. */
export function flagsOf(params: JsonSchema): readonly FlagSpec[] {
  const required = new Set(params.required ?? []);
  let positionals = 0;
  return Object.entries(params.properties ?? {}).map(([param, written]) => {
    const schema = deref(written, params);
    const place = schema.positional;
    const positional = place === true ? positionals++ : typeof place === 'number' ? place : undefined;
    return {
      name: kebabCase(param),
      param,
      ...shapeOf(schema, params),
      required: required.has(param) && schema.default === undefined,
      ...(schema.default === undefined ? {} : { default: schema.default }),
      ...(schema.description === undefined ? {} : { description: schema.description }),
      ...(schema.short === undefined ? {} : { short: schema.short }),
      ...(positional === undefined ? {} : { positional }),
      ...(schema['x-runner'] === undefined ? {} : { kind: schema['x-runner'] }),
    };
  });
}

/** `testCount` becomes `test-count`, `outURL2` becomes `out-url2`. */
export function kebabCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .replace(/[_\s]+/g, '-')
    .toLowerCase();
}

type Shape = Pick<FlagSpec, 'type' | 'multiple' | 'choices'>;

function shapeOf(schema: JsonSchema, root: JsonSchema): Shape {
  // Data and files are named by a path or URL on the command line, whatever they hold.
  const kind = schema['x-runner'];
  if (kind === 'source' || kind === 'file' || kind === 'place') return { type: 'string', multiple: false };
  const types = typesOf(schema, root);
  if (types?.has('array') && schema.items !== undefined && schema.items !== false) {
    const entry = shapeOf(deref(schema.items, root), root);
    if (!entry.multiple && entry.type !== 'json') return { ...entry, multiple: true };
    return { type: 'json', multiple: false };
  }
  return { ...scalarShape(schema, types), multiple: false };
}

function scalarShape(schema: JsonSchema, types: ReturnType<typeof typesOf>): Pick<FlagSpec, 'type' | 'choices'> {
  const choices = choicesOf(schema);
  if (choices !== undefined) return { type: 'enum', choices };
  const named = [...(types ?? [])].filter((type) => type !== 'null');
  const [only] = named;
  if (named.length !== 1) return { type: named.includes('string') ? 'string' : 'json' };
  if (only === 'string' || only === 'integer' || only === 'number' || only === 'boolean') return { type: only };
  return { type: 'json' };
}

// A union of literals is an enum to people, however it was declared.
function choicesOf(schema: JsonSchema): readonly string[] | undefined {
  const values =
    schema.enum ??
    schema.anyOf?.flatMap((branch) => ('const' in branch ? [branch.const] : (branch.enum ?? [undefined])));
  if (values === undefined || values.length === 0) return undefined;
  return values.every((value) => typeof value === 'string' || typeof value === 'number')
    ? values.map(String)
    : undefined;
}
