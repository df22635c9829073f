import type { JsonSchema } from './json-schema.ts';

/** What config needs to know of a task; manifests hold it. */
export interface TaskSchemas {
  readonly params: JsonSchema;
  readonly outputs?: JsonSchema;
}

/** The tasks of a project by id (`diatom:build`). */
export type TasksById = { readonly [taskId: string]: TaskSchemas };

const taskId: JsonSchema = { type: 'string', pattern: '^[^\\s:]+:[^\\s:]+$', title: 'a task like plugin:task' };
const plainName: JsonSchema = {
  type: 'string',
  pattern: '^[A-Za-z][\\w-]*$',
  title: 'letters, digits, - and _, with a letter first',
};
/** Two letters at least: one would be a Windows drive. */
const storeName: JsonSchema = {
  type: 'string',
  pattern: '^[a-z][a-z0-9-]+$',
  title: 'lower-case letters, digits and -, at least two of them',
};
/** Without a pattern: a value pasted here is reported as an inline secret, which says more than "wrong form". */
const reference: JsonSchema = {
  type: 'string',
  title: 'a reference: env:NAME, file:PATH or cmd:PROGRAM ARGS',
};
/** A path must show that it is one, so that it is never looked for on npm. */
const plugin: JsonSchema = {
  type: 'string',
  pattern: '^(\\.{1,2}/.+|(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*)$',
  title: 'a package name, or a path that starts with ./',
};
/** A URL alone, or with the options its driver knows; drivers check those when they are opened. */
const store: JsonSchema = {
  anyOf: [
    { type: 'string', minLength: 1, title: 'a URL' },
    {
      type: 'object',
      properties: { url: { type: 'string', minLength: 1, description: 'Where the store is' } },
      required: ['url'],
      additionalProperties: true,
    },
  ],
};

/**
 * The JSON Schema of `runner.yaml`, for editors and for reading the file.
 *
 * With the project's tasks it also completes and checks their params, in `tasks:` and in pipelines.
 */
export function configSchema(tasks: TasksById = {}): JsonSchema {
  const defs: Record<string, JsonSchema> = {};
  const params: Record<string, JsonSchema> = {};
  for (const [id, task] of Object.entries(tasks)) params[id] = writtenParams(id, task.params, defs);
  // Without its manifest a task's params are any map; `diatom:build:` alone says "all defaults".
  const anyParams: JsonSchema = { type: ['object', 'null'], title: 'a map of params' };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'runner.yaml',
    description: 'The config of a Dataset Runner project',
    type: 'object',
    additionalProperties: false,
    properties: {
      plugins: { type: 'array', items: plugin, description: 'Plugins this project uses: packages and local files' },
      stores: {
        type: 'object',
        description: 'Places with a name; `name:path` is then a place too',
        propertyNames: storeName,
        additionalProperties: store,
      },
      secrets: {
        type: 'object',
        description: 'Names that steps may ask for, and where each value comes from',
        propertyNames: plainName,
        additionalProperties: reference,
      },
      tasks: {
        type: 'object',
        description: 'Params by task',
        propertyNames: taskId,
        properties: params,
        additionalProperties: anyParams,
      },
      pipelines: {
        type: 'object',
        description: 'Tasks that run after one another: `runner run <pipeline>`',
        propertyNames: plainName,
        additionalProperties: { type: 'array', items: pipelineEntry(params, anyParams) },
      },
      lanes: {
        type: 'object',
        description: 'How many items may be in a lane at once, by lane',
        propertyNames: plainName,
        additionalProperties: { type: 'integer', minimum: 1 },
      },
      network: {
        type: 'object',
        description: 'What tasks may reach',
        additionalProperties: false,
        properties: {
          allowHosts: {
            type: 'array',
            items: { type: 'string', minLength: 1 },
            description: 'Hosts with private addresses that may be reached',
          },
        },
      },
      concurrency: { type: 'integer', minimum: 1, description: 'Worker threads; by default one per core' },
    },
    ...(Object.keys(defs).length === 0 ? {} : { $defs: defs }),
  };
}

// `- plugin:task`, or the task as the key of its params with `id` and `after` beside it.
function pipelineEntry(params: { readonly [id: string]: JsonSchema }, anyParams: JsonSchema): JsonSchema {
  return {
    anyOf: [
      taskId,
      {
        type: 'object',
        title: 'a task with its params',
        properties: {
          id: { ...plainName, description: 'What references call this entry, where a task is used twice' },
          after: {
            description: 'Entries to wait for beside those referred to; [] waits for none',
            type: 'array',
            items: { type: 'string' },
          },
          ...params,
        },
        additionalProperties: anyParams,
      },
    ],
  };
}

// In the file every param may be left out (it can come from a flag or the environment), may be a reference to an
// earlier entry's output, and data and files may be named by a path or URL.
function writtenParams(id: string, schema: JsonSchema, defs: Record<string, JsonSchema>): JsonSchema {
  for (const [name, def] of Object.entries(schema.$defs ?? {})) defs[`${id}.${name}`] = movedRefs(def, id);
  const outputReference: JsonSchema = {
    type: 'string',
    pattern: '\\$\\{\\{.+\\}\\}',
    title: 'a reference like ${{ entry.output }}',
  };
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]): [string, JsonSchema] => {
    const written = movedRefs(property, id);
    const kind = property['x-runner'];
    const byName: JsonSchema[] = kind === undefined ? [outputReference] : [{ type: 'string' }];
    const about = property.description === undefined ? {} : { description: property.description };
    return [name, { ...about, anyOf: [written, ...byName] }];
  });
  return { type: ['object', 'null'], properties: Object.fromEntries(properties), additionalProperties: false };
}

// Definitions of all tasks share one `$defs`, each under its task's name.
function movedRefs<T>(value: T, id: string): T {
  if (Array.isArray(value)) return value.map((item: unknown) => movedRefs(item, id)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const moved = Object.entries(value).map(([key, member]): [string, unknown] => [
    key,
    key === '$ref' && typeof member === 'string' ? member.replace('#/$defs/', `#/$defs/${id}.`) : movedRefs(member, id),
  ]);
  return Object.fromEntries(moved) as T;
}
