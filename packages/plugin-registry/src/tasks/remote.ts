import { join } from 'node:path';
import { defineStep, defineTask, z } from '@dataset-runner/core/plugin';
import { registryFailures } from '../failures.ts';
import { type ConfigChange, editConfig, urlForConfig, urlFromConfig } from '../repo/edit-config.ts';
import { isSecretKey } from '../repo/config-keys.ts';
import { configUpTo, openRepo, readConfig, type Repo, textOf } from '../repo/repo.ts';

const writeConfig = defineStep({
  name: 'write-config',
  cache: false,
  work({ changes }: { readonly changes: readonly ConfigChange[] }) {
    for (const change of changes) editConfig(change);
    return { changed: changes.length };
  },
});

/** Names the remotes of a repository, in DVC's own config. */
export const remote = defineTask({
  summary: 'Add, change, rename, list or remove the remotes of a registry',
  examples: [
    'runner run registry:remote add storage ../storage --default',
    'runner run registry:remote add cloud s3://lab/registry',
    'runner run registry:remote modify cloud endpointurl https://s3.example.org',
    'runner run registry:remote modify cloud secret_access_key env:LAB_SECRET --local',
    'runner run registry:remote rename cloud archive',
    'runner run registry:remote list',
    'runner run registry:remote default',
  ],
  params: z.object({
    action: z
      .enum(['list', 'add', 'modify', 'default', 'rename', 'remove'])
      .default('list')
      .describe('What to do')
      .meta({ positional: true }),
    name: z.string().optional().describe('The remote; default without one says which it is').meta({ positional: true }),
    value: z
      .string()
      .optional()
      .describe('Of add: its url; of modify: the option; of rename: the new name')
      .meta({ positional: true }),
    to: z
      .string()
      .optional()
      .describe("Of modify: the option's new value; none takes it away. Of a secret: env:NAME or file:PATH")
      .meta({ positional: true }),
    default: z.boolean().default(false).describe('Make it the default remote').meta({ short: 'd' }),
    unset: z.boolean().default(false).describe('Of default: have none any more').meta({ short: 'u' }),
    local: z.boolean().default(false).describe('In .dvc/config.local, which git does not see'),
    replace: z.boolean().default(false).describe('Add over a remote of that name'),
  }),
  outputs: z.object({ remotes: z.array(z.object({ name: z.string(), url: z.string(), default: z.boolean() })) }),
  steps: { writeConfig },
  async run({ params, once }) {
    const repo = openRepo(process.cwd());
    const changes = changesOf(repo, params);
    if (changes.length > 0) await once(writeConfig, { changes }, { key: params.name ?? params.action });
    const { config } = openRepo(repo.root);
    const first = textOf(config.sections.get('core')?.get('remote'))?.toLowerCase();
    const remotes = [...config.remotes].map(([name, keys]) => ({
      name,
      url: urlFromConfig(repo.root, textOf(keys.get('url')) ?? ''),
      default: name === first,
    }));
    if (params.action !== 'default' || params.name !== undefined || params.unset) return { remotes };
    const [found] = remotes.filter((each) => each.default);
    if (found === undefined) throw registryFailures['remote-none']({ root: repo.root });
    return { remotes: [found] };
  },
  render: ({ remotes }) =>
    remotes.map(({ name, url, default: isFirst }) => `${name}\t${url}${isFirst ? '\t(default)' : ''}`).join('\n') ||
    'no remotes',
});

interface Asked {
  readonly action: 'list' | 'add' | 'modify' | 'default' | 'rename' | 'remove';
  readonly name?: string | undefined;
  readonly value?: string | undefined;
  readonly to?: string | undefined;
  readonly default: boolean;
  readonly unset: boolean;
  readonly local: boolean;
  readonly replace: boolean;
}

function changesOf(repo: Repo, asked: Asked): ConfigChange[] {
  const { action, name, value, to, default: isDefault, local } = asked;
  if (action === 'list' || (action === 'default' && name === undefined && !asked.unset)) return [];
  const { root } = repo;
  if (action === 'default' && asked.unset) return [{ root, local, section: 'core', set: { remote: undefined } }];
  if (name === undefined)
    throw registryFailures['word-missing']({ action: `remote ${action}`, word: 'the name of a remote' });
  const here = readConfig(configFile(root, { local })).remotes;
  const asDefault: ConfigChange = { root, local, section: 'core', set: { remote: name.toLowerCase() } };
  if (action === 'add') {
    if (value === undefined) throw registryFailures['word-missing']({ action: 'remote add', word: 'a url or folder' });
    if (here.has(name.toLowerCase()) && !asked.replace) throw registryFailures['remote-there']({ name });
    const url = urlForConfig(root, value, process.cwd());
    return [{ root, local, remote: name, set: { url }, drop: true }, ...(isDefault ? [asDefault] : [])];
  }
  // What git sees is not to name what only .dvc/config.local has: no clone would know it.
  const known = action === 'remove' || action === 'rename' ? here : configUpTo(root, { local }).remotes;
  if (!known.has(name.toLowerCase())) throw registryFailures['remote-unknown']({ name, known: [...known.keys()] });
  if (action === 'default') return [asDefault];
  if (action === 'remove')
    return [{ root, local, remote: name, set: {}, drop: true }, ...defaultsAs(repo, undefined, { name, local })];
  if (action === 'rename') return renamed(repo, { name, local }, value);
  if (value === undefined) throw registryFailures['word-missing']({ action: 'remote modify', word: 'an option' });
  // The words of a command are kept in its record and seen by everybody on the machine.
  if (to !== undefined && isSecretKey(value.toLowerCase()) && !/^(?:env|file):./.test(to)) {
    throw registryFailures['secret-missing']({ reference: '' });
  }
  const next = value === 'url' && to !== undefined ? urlForConfig(root, to, process.cwd()) : to;
  return [{ root, local, remote: name, set: { [value.toLowerCase()]: next } }, ...(isDefault ? [asDefault] : [])];
}

interface Named {
  readonly name: string;
  readonly local: boolean;
}

// A default may stand in either file, also where the other one hides it; the local one goes with a shared remote.
function defaultsAs({ root }: Repo, remote: string | undefined, { name, local }: Named): ConfigChange[] {
  return (local ? [true] : [true, false])
    .filter((each) => defaultIn(root, { local: each }) === name.toLowerCase())
    .map((each): ConfigChange => ({ root, local: each, section: 'core', set: { remote } }));
}

// DVC leaves behind what .dvc/config.local says of a shared remote, its secrets above all, and urls that start at it.
function renamed(repo: Repo, { name, local }: Named, to: string | undefined): ConfigChange[] {
  if (to === undefined) throw registryFailures['word-missing']({ action: 'remote rename', word: 'a new name' });
  const { root } = repo;
  const remote = to.toLowerCase();
  if (configUpTo(root, { local: true }).remotes.has(remote))
    throw registryFailures['remote-there']({ name: to }, { hint: 'Choose another name, or remove that one first.' });
  const was = name.toLowerCase();
  const changes = (local ? [true] : [true, false]).flatMap((each): ConfigChange[] => {
    const { remotes } = readConfig(configFile(root, { local: each }));
    const own: ConfigChange[] = remotes.has(was) ? [{ root, local: each, remote, was, set: {} }] : [];
    const below = [...remotes].flatMap(([other, keys]): ConfigChange[] => {
      const url = textOf(keys.get('url')) ?? '';
      const path = url.toLowerCase().startsWith(`remote://${was}/`) ? url.slice(`remote://${was}`.length) : undefined;
      return path === undefined
        ? []
        : [{ root, local: each, remote: other, set: { url: `remote://${remote}${path}` } }];
    });
    return [...below, ...own];
  });
  // Last the sections: killed before, the same command finds the old name and does it all.
  return [...defaultsAs(repo, remote, { name, local }), ...changes];
}

function defaultIn(root: string, { local }: { readonly local: boolean }): string | undefined {
  const { sections } = readConfig(configFile(root, { local }));
  return textOf(sections.get('core')?.get('remote'))?.toLowerCase();
}

function configFile(root: string, { local }: { readonly local: boolean }): string {
  return join(root, '.dvc', local ? 'config.local' : 'config');
}
