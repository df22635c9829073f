import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isSeq, parseDocument, YAMLSeq } from 'yaml';
import { replaceFile } from './replace-file.ts';
import { findProject } from '../config/find-project.ts';
import { fail } from '../model/failure.ts';
import type { CliContext } from './context.ts';

/** The `plugins:` list of a project file, changed without losing its comments and layout. */
export interface PluginEntries {
  /** Absolute path of the project's folder. */
  readonly dir: string;
  readonly names: readonly string[];
  /** Returns false when the name is there already. */
  add(name: string): boolean;
  /** Returns false when there is no such name. */
  remove(name: string): boolean;
}

/** Opens the list of the project a command runs in; fails with `config.missing` outside of one. */
export function openPluginEntries(context: CliContext): PluginEntries {
  // Found and not read: a plugin can be added to a project whose config is wrong elsewhere, or taken out to mend it.
  const project = findProject(context.world.cwd);
  if (project === undefined) throw fail('config.missing', { path: context.world.cwd });
  const { configFile } = project;
  if (project.kind === 'package.json') {
    throw fail('usage.invalid', {
      message: `The project is configured in ${configFile}, which is edited by hand`,
      hint: 'Change the plugins list there.',
    });
  }
  const document = parseDocument(readFileSync(configFile, 'utf8'));
  const existing = document.get('plugins');
  const list = isSeq(existing) ? existing : new YAMLSeq();
  if (list !== existing) document.set('plugins', list);
  const names = list.items.map((item) => String(item));
  const save = (): void => replaceFile(configFile, document.toString({ lineWidth: 0 }));
  return {
    dir: dirname(configFile),
    names,
    add(name) {
      if (names.includes(name)) return false;
      list.add(document.createNode(name));
      save();
      return true;
    },
    remove(name) {
      const at = names.indexOf(name);
      if (at < 0) return false;
      list.delete(at);
      save();
      return true;
    },
  };
}
