import { pluginSource } from './plugin-source.ts';

/** What a new plugin is to be. */
export interface NewPlugin {
  /** The word before the colon: lower-case letters, digits and -. */
  readonly name: string;
  /** `file`: one file in a project. `package`: a folder of its own, ready to be published. */
  readonly kind: 'file' | 'package';
  /** Of this core, for the package's peer dependency. */
  readonly coreVersion: string;
}

/** Text by path, relative to the project for a `file` and to the new folder for a `package`; writes nothing. */
export function pluginTemplate({ name, kind, coreVersion }: NewPlugin): { readonly [path: string]: string } {
  if (kind === 'file') return { [`plugins/${name}.ts`]: pluginSource(name) };
  return {
    'package.json': packageJson(name, coreVersion),
    'tsconfig.json': tsconfig,
    '.gitignore': 'node_modules/\ndist/\n',
    'README.md': readme(name),
    'src/index.ts': pluginSource(name),
    'test/collect.test.ts': test(name),
  };
}

function packageJson(name: string, coreVersion: string): string {
  const manifest = {
    name: packageName(name),
    version: '0.1.0',
    description: `Dataset Runner plugin ${name}`,
    keywords: ['dataset-runner-plugin'],
    license: 'Apache-2.0',
    type: 'module',
    engines: { node: '>=24.15.0' },
    // Without `files` npm leaves out dist, because git ignores it.
    files: ['dist', 'runner.manifest.json'],
    runner: { plugin: './dist/index.js', source: './src/index.ts', manifest: './runner.manifest.json' },
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' }, './package.json': './package.json' },
    scripts: {
      build: 'tsc && runner plugins build',
      // Each case starts the real command line, which takes a second or two.
      test: "mocha --timeout 60000 'test/**/*.test.ts'",
      prepublishOnly: 'npm run build && npm test',
    },
    // The project decides which core runs; two copies would work, but one is what the user pinned.
    peerDependencies: { '@dataset-runner/core': `^${coreVersion}` },
    devDependencies: {
      '@dataset-runner/core': `^${coreVersion}`,
      '@types/mocha': '^10.0.10',
      '@types/node': '^24.0.0',
      mocha: '^12.0.0',
      typescript: '^7.0.0',
    },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

// The prefix is how people find plugins on npm; nothing in the program depends on it.
function packageName(name: string): string {
  return `dataset-runner-plugin-${name}`;
}

// Node runs the sources by removing types, so the compiler must refuse what has to be translated.
const tsconfig = `{
  "compilerOptions": {
    "target": "es2024",
    "module": "nodenext",
    "strict": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true,
    "rewriteRelativeImportExtensions": true,
    "declaration": true,
    "skipLibCheck": true,
    "types": ["node"],
    "rootDir": "src",
    "outDir": "dist"
  },
  "include": ["src"]
}
`;

// The numbered list is the one its `run` reads like.
function readme(name: string): string {
  return `# ${packageName(name)}

A plugin for Dataset Runner.

\`\`\`sh
npx runner plugins add ${packageName(name)}
npx runner run ${name}:collect --from ./raw --out ./set
\`\`\`

## Tasks

### \`${name}:collect\`

1. List the pictures in \`from\` whose names end in one of \`types\`.
2. Copy each one to \`out\`; those that are there already are not touched.
3. Write \`SHA256SUMS\` beside them, so that anybody can check the set with \`sha256sum -c\`.

## Development

\`npm test\` runs the task in a temporary project. \`npm run build\` makes \`dist/\` and \`runner.manifest.json\`,
which lists the tasks without running them; publish after it.
`;
}

function test(name: string): string {
  return `import { deepEqual, equal, match } from 'node:assert/strict';
import { createRig } from '@dataset-runner/core/testing';

// A temporary project that loads this plugin as a local file and runs the real command line.
function rig() {
  return createRig({
    config: 'plugins: [./plugin.ts]\\n',
    files: {
      'plugin.ts': \`export { default } from '\${new URL('../src/index.ts', import.meta.url).href}';\\n\`,
      'raw/a.png': 'a',
      'raw/deep/b.PNG': 'b',
      'raw/notes.txt': 'no picture',
    },
  });
}

const collect = ['run', '${name}:collect', '--from', './raw', '--out', './set'];

describe('${name}:collect', () => {
  it('copies the pictures and writes their checksums', async () => {
    await using project = await rig();
    const { code, stderr } = await project.runner(...collect);
    equal(code, 0, stderr);
    equal(project.read('set/deep/b.PNG'), 'b');
    equal(project.exists('set/notes.txt'), false);
    deepEqual(
      project.read('set/SHA256SUMS').trim().split('\\n').map((line) => line.split('  ')[1]),
      ['a.png', 'deep/b.PNG'],
    );
  });

  it('does nothing when nothing changed', async () => {
    await using project = await rig();
    await project.runner(...collect);
    const { code, stdout, stderr } = await project.runner(...collect, '--dry-run');
    equal(code, 0, stderr);
    match(stdout + stderr, /up to date|nothing to do/i);
  });
});
`;
}
