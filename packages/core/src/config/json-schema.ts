/**
 * The part of JSON Schema (2020-12) this project writes and reads: what zod makes of params and outputs.
 *
 * Checking values is zod's work; these types serve what must run without zod: flags, help, completion, editors
 * and the check of pipeline references.
 */

export type JsonSchemaType = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array' | 'null';

export interface JsonSchema {
  readonly type?: JsonSchemaType | readonly JsonSchemaType[];
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly items?: JsonSchema | false;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
  readonly $defs?: { readonly [name: string]: JsonSchema };
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  /** What a string stands for beyond its type; see `model/params.ts`. */
  readonly 'x-runner'?: ParamKind;
  /** `true`, or its 0-based place among the task's positional arguments. */
  readonly positional?: boolean | number;
  /** One letter. */
  readonly short?: string;
  readonly [keyword: string]: unknown;
}

/** `source`: data or a reference to it; `place`: a folder or store URL; `file`, `folder`: a ref. */
export type ParamKind = 'source' | 'place' | 'file' | 'folder';

/** The schema a local `$ref` (`#/$defs/x` or `#`) points at; the schema itself when it has none. */
export function deref(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current = schema;
  // A chain longer than this is a cycle of aliases, which says nothing about the value: any type.
  for (let hops = 0; hops < 20; hops++) {
    const ref = current.$ref;
    if (ref === undefined) return current;
    if (ref === '#') return root;
    const name = /^#\/(?:\$defs|definitions)\/(.+)$/.exec(ref)?.[1];
    const defs = root.$defs ?? {};
    const target = name !== undefined && Object.hasOwn(defs, name) ? defs[name] : undefined;
    if (target === undefined) return {};
    const { $ref: _, ...beside } = current;
    current = { ...target, ...beside };
  }
  return {};
}

/** The types a value of this schema may have; undefined when the schema says nothing about it. */
export function typesOf(schema: JsonSchema, root: JsonSchema): ReadonlySet<JsonSchemaType> | undefined {
  const here = deref(schema, root);
  if (here.type !== undefined) return new Set(typeof here.type === 'string' ? [here.type] : here.type);
  const constants = here.enum ?? ('const' in here ? [here.const] : undefined);
  if (constants !== undefined) return new Set(constants.map(typeOfValue));
  const branches = here.anyOf ?? here.oneOf;
  if (branches === undefined) return undefined;
  const types = new Set<JsonSchemaType>();
  for (const branch of branches) {
    const of = typesOf(branch, root);
    if (of === undefined) return undefined;
    for (const type of of) types.add(type);
  }
  return types;
}

/** The narrowest JSON Schema type of a JSON value. */
export function typeOfValue(value: unknown): JsonSchemaType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}
