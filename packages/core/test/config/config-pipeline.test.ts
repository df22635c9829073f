import { deepEqual, equal } from 'node:assert/strict';
import { checkPipeline, checkProject } from '../../src/config/check-pipeline.ts';
import type { JsonSchema } from '../../src/config/json-schema.ts';
import { loadProject } from '../../src/config/load-project.ts';
import { evaluateReferences, parseTemplate } from '../../src/config/output-reference.ts';
import { planPipeline } from '../../src/config/plan-pipeline.ts';
import type { Pipeline, Project } from '../../src/config/project.ts';
import { configSchema, type TasksById } from '../../src/config/schema.ts';
import { checkValue } from '../../src/config/check-value.ts';
import { jsonSchemaOf } from '../../src/config/zod-schema.ts';
import { fileRef, folderRef, source, storeUrl } from '../../src/model/params.ts';
import { z } from 'zod';
import { problemLine, problemLines } from './failing.ts';
import { tempFolder } from './temp-folder.ts';

function task(params: z.ZodObject, outputs?: z.ZodType): { params: JsonSchema; outputs?: JsonSchema } {
  return {
    params: jsonSchemaOf(params, 'input'),
    ...(outputs === undefined ? {} : { outputs: jsonSchemaOf(outputs, 'output') }),
  };
}

const tasks: TasksById = {
  'ifcb:extract': task(
    z.object({ bins: storeUrl(), limit: z.int().optional() }),
    z.object({
      images: z.array(fileRef()),
      count: z.int(),
      place: z.string(),
      report: fileRef(),
      bin: folderRef(),
      mode: z.enum(['fast', 'exact']),
      note: z.string().optional(),
    }),
  ),
  'ifcb:classify': task(
    z.object({
      images: z.array(fileRef()).optional(),
      model: fileRef().optional(),
      batch: z.int().default(8),
      labels: source(z.array(z.string())).optional(),
      mode: z.enum(['exact', 'slow']).optional(),
      title: z.string().optional(),
      out: storeUrl().optional(),
    }),
  ),
  'ifcb:pack': task(z.object({})),
};

function read(yaml: string): Project {
  using folder = tempFolder({ 'runner.yaml': yaml });
  return loadProject(folder.dir, { env: {} });
}

/** The pipeline `p` whose entries are the given lines of YAML. */
function pipeline(entries: string): Pipeline {
  const found = read(`pipelines:\n  p:\n${entries.replace(/^/gm, '    ')}\n`).pipelines['p'];
  if (found === undefined) throw new Error('no pipeline');
  return found;
}

describe('a reference in a pipeline', () => {
  const forms: readonly [text: string, form: string][] = [
    ['plain text', 'plain'],
    ['${{ extract.images }}', 'whole'],
    ['${{extract}}', 'whole'],
    ['${{ extract.images[0].key }}', 'whole'],
    ['set-${{ extract.count }}', 'embedded'],
    ['${{ a.b }}${{ c.d }}', 'embedded'],
    ['${{ a.b + 1 }}', 'broken'],
    ['${{ a.b', 'broken'],
  ];
  for (const [text, form] of forms) {
    it(`${text} is ${form}`, () => equal(parseTemplate(text).form, form));
  }

  it('becomes the value itself, or a text inside a text', () => {
    const [, entry] = pipeline(
      "- ifcb:extract\n- ifcb:classify: { images: '${{ extract.images }}', title: 'of ${{ extract.count }}', deep: { x: ['${{ extract.images[1].key }}'] } }",
    ).entries;
    const outputs = { extract: { images: [{ key: 'a' }, { key: 'b' }], count: 2 } };
    const params = entry === undefined ? undefined : evaluateReferences(entry.params, outputs, 'p');
    deepEqual(params?.values, { images: [{ key: 'a' }, { key: 'b' }], title: 'of 2', deep: { x: ['b'] } });
  });

  it('to what was not returned fails with its place', async () => {
    const [, entry] = pipeline("- ifcb:extract\n- ifcb:classify: { title: '${{ extract.note }}' }").entries;
    if (entry === undefined) throw new Error('no entry');
    deepEqual(await problemLines(() => evaluateReferences(entry.params, { extract: {} }, 'p')), [
      'runner.yaml:4:31 title extract returned no note',
    ]);
  });
});

describe('a pipeline', () => {
  const orders: readonly {
    readonly name: string;
    readonly entries: string;
    readonly waits: { readonly [id: string]: readonly string[] };
  }[] = [
    {
      name: 'runs entry after entry',
      entries: '- a:one\n- a:two\n- a:three',
      waits: { one: [], two: ['one'], three: ['two'] },
    },
    {
      name: 'waits only for what it refers to',
      entries: "- a:one\n- a:two:\n    x: '${{ one.y }}'\n- a:three: { x: 'p ${{ one.y }} ${{ one.z }}' }",
      waits: { one: [], two: ['one'], three: ['one'] },
    },
    { name: 'is freed by after: []', entries: '- a:one\n- { a:two: {}, after: [] }', waits: { one: [], two: [] } },
    {
      name: 'waits for after beside references',
      entries: "- a:one\n- a:two\n- { a:three: { x: '${{ one.y }}' }, after: [two] }",
      waits: { one: [], two: ['one'], three: ['one', 'two'] },
    },
    {
      name: 'may name an entry below',
      entries: '- { a:one: {}, after: [two] }\n- { a:two: {}, after: [] }',
      waits: { two: [], one: ['two'] },
    },
  ];
  for (const { name, entries, waits } of orders) {
    it(name, () => {
      const plan = planPipeline(pipeline(entries));
      deepEqual(
        plan.entries.map(({ entry, waitsFor }) => [entry.id, waitsFor]),
        Object.entries(waits),
      );
      deepEqual(plan.cycle, []);
    });
  }

  const wrong: readonly { readonly name: string; readonly entries: string; readonly problems: readonly string[] }[] = [
    {
      name: 'with an unknown task',
      entries: '- ifcb:extrakt',
      problems: ['runner.yaml:3:7 pipelines.p[0] there is no task ifcb:extrakt; did you mean ifcb:extract?'],
    },
    {
      name: 'with an unknown param',
      entries: '- ifcb:extract: { bin: x }',
      problems: ['runner.yaml:3:28 pipelines.p[0].bin ifcb:extract has no param bin; did you mean bins?'],
    },
    {
      name: 'that refers to an entry nobody has',
      entries: "- ifcb:extract\n- ifcb:classify: { images: '${{ extrct.images }}' }",
      problems: ['runner.yaml:4:32 pipelines.p[1].images there is no entry extrct; did you mean extract?'],
    },
    {
      name: 'that refers to an output nobody returns',
      entries: "- ifcb:extract\n- ifcb:classify: { images: '${{ extract.imges }}' }",
      problems: ['runner.yaml:4:32 pipelines.p[1].images extract returns no imges; did you mean images?'],
    },
    {
      name: 'that waits for an entry nobody has',
      entries: '- { ifcb:extract: {}, after: [pak] }\n- ifcb:pack',
      problems: ['runner.yaml:3:9 pipelines.p[0].after there is no entry pak; did you mean pack?'],
    },
    {
      name: 'that runs in a ring',
      entries: '- { ifcb:extract: {}, after: [pack] }\n- { ifcb:pack: {}, after: [extract] }',
      problems: ['runner.yaml:3:9 pipelines.p extract waits for pack waits for extract'],
    },
    {
      name: 'that waits for itself',
      entries: '- { ifcb:pack: {}, after: [pack] }',
      problems: ['runner.yaml:3:9 pipelines.p pack waits for itself'],
    },
    {
      name: 'with a broken reference',
      entries: "- ifcb:extract\n- ifcb:classify: { title: '${{ extract.count * 2 }}' }",
      problems: [
        'runner.yaml:4:31 pipelines.p[1].title ${{ extract.count * 2 }} is no reference; write ${{ entry.output }}',
      ],
    },
  ];
  for (const { name, entries, problems } of wrong) {
    it(`${name} is refused with its place`, () => {
      deepEqual(checkPipeline(pipeline(entries), tasks).map(problemLine), problems);
    });
  }

  const fits: readonly [param: string, output: string, why: string | undefined][] = [
    ['images', 'images', undefined],
    ['images', 'report', 'extract.report is an object, where a list is wanted'],
    ['model', 'report', undefined],
    ['model', 'place', undefined],
    ['model', 'bin', 'extract.bin is a folder, where a file is wanted'],
    ['batch', 'count', undefined],
    ['batch', 'place', 'extract.place is text, where a whole number is wanted'],
    ['labels', 'place', undefined],
    ['labels', 'images', 'extract.images is a list whose entry is an object, where text is wanted'],
    ['mode', 'mode', undefined],
    ['title', 'count', 'extract.count is a whole number, where text is wanted'],
    ['out', 'place', undefined],
    ['out', 'report', 'extract.report is a file, where a place is wanted'],
  ];
  for (const [param, output, why] of fits) {
    it(`${why === undefined ? 'may feed' : 'cannot feed'} ${param} with ${output}`, () => {
      const found = checkPipeline(
        pipeline(`- ifcb:extract\n- ifcb:classify: { ${param}: '\${{ extract.${output} }}' }`),
        tasks,
      );
      deepEqual(
        found.map(({ message }) => message),
        why === undefined ? [] : [why],
      );
    });
  }

  it('says nothing about tasks of a plugin that is disabled', () => {
    deepEqual(checkPipeline(pipeline('- other:task: { x: 1 }'), tasks, { known: 'some' }), []);
  });
});

describe('tasks in a config', () => {
  it('are checked for names nobody has', () => {
    const project = read('tasks:\n  ifcb:extract: { binz: x }\n  ifcb:pak: {}\n');
    deepEqual(checkProject(project, tasks).map(problemLine), [
      'runner.yaml:2:25 tasks.ifcb:extract.binz ifcb:extract has no param binz; did you mean bins?',
      'runner.yaml:3:13 tasks.ifcb:pak there is no task ifcb:pak; did you mean ifcb:pack?',
    ]);
  });
});

describe('the JSON Schema of the config', () => {
  const schema = configSchema(tasks);

  it('knows the params of the project’s tasks', () => {
    deepEqual(
      checkValue({ tasks: { 'ifcb:classify': { batch: 'many' } } }, schema).map(({ path, message }) => [
        path.join('.'),
        message,
      ]),
      [['tasks.ifcb:classify.batch', 'must be a reference like ${{ entry.output }}']],
    );
  });

  it('accepts names for data and files, and references', () => {
    const entry = { 'ifcb:classify': { model: './cnn.onnx', labels: 'env:LABELS', images: '${{ extract.images }}' } };
    deepEqual(checkValue({ pipelines: { p: [entry] } }, schema), []);
  });
});
