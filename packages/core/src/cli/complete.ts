import { flagsOf, type FlagSpec } from '../config/flags.ts';
import { type Catalogue, listTasks } from '../plugins/manifest.ts';
import type { CliContext } from './context.ts';
import type { ArgSpec, CommandSpec } from './spec/command-spec.ts';
import { commandSpecs, familyOf, recognise } from './spec/commands.ts';
import { runFlags } from './spec/work-specs.ts';

/**
 * Answers shells: `runner __complete <words before the cursor> <word at the cursor>` prints candidates a line
 * each, as `word TAB about`. A line `:files` asks the shell for its own file names. Returns false when the
 * command line is no such question.
 */
export async function complete(context: CliContext): Promise<boolean> {
  const [first, ...words] = context.world.argv;
  if (first !== '__complete') return false;
  // A shell waits for us at every TAB: only the cache is asked, a project is never opened.
  const catalogue = await context.world.cachedCatalogue().catch(() => undefined);
  const current = words.at(-1) ?? '';
  context.print(
    candidates(words.slice(0, -1), current, catalogue).filter((line) => line.startsWith(current) || line === ':files'),
  );
  return true;
}

/** Every word that may stand at the cursor; those that do not begin as typed are dropped by the caller. */
function candidates(before: readonly string[], current: string, catalogue: Catalogue | undefined): string[] {
  if (before.length === 0) return [...firstWords(), ...taskWords(catalogue)];
  const found = recognise(before);
  if (found === undefined) {
    const [first] = before;
    if (first === 'help') return [...firstWords(), ...taskWords(catalogue)];
    return before.length === 1 && first !== undefined
      ? familyOf(first).map((spec) => line(spec.name.split(' ')[1] ?? '', spec.summary))
      : [];
  }
  const flags = flagsFor(found.spec, found.rest, catalogue);
  const wanted = awaitingValue(before, current, flags);
  if (wanted !== undefined) return valueWords(wanted);
  const [, assigned = '', name] = /^(--([^=]+)=)/.exec(current) ?? [];
  const ofName = flags.find((flag) => flag.name === name && flag.type !== 'boolean');
  if (ofName !== undefined) return valueWords(ofName).map((word) => (word === ':files' ? word : assigned + word));
  if (current.startsWith('-')) return flags.map(flagLine);
  const given = found.rest.filter((word) => !word.startsWith('-')).length;
  const arg = found.spec.args[given];
  return arg === undefined ? flags.map(flagLine) : argWords(arg, catalogue);
}

/** A switch that is on by itself is offered as what turns it off. */
function flagLine(flag: FlagSpec): string {
  return line(`--${flag.type === 'boolean' && flag.default === true ? 'no-' : ''}${flag.name}`, flag.description);
}

function firstWords(): string[] {
  const single = commandSpecs.filter((spec) => !spec.name.includes(' ')).map((spec) => line(spec.name, spec.summary));
  return [
    ...single,
    line('plugins', 'Plugins of this project'),
    line('store', 'Files in stores'),
    line('help', 'Help of a command or task'),
  ];
}

function taskWords(catalogue: Catalogue | undefined): string[] {
  return catalogue === undefined ? [] : listTasks(catalogue).map(({ id, task }) => line(id, task.summary));
}

/** The flags of a command, and in front of them the params of the task it names. */
function flagsFor(spec: CommandSpec, rest: readonly string[], catalogue: Catalogue | undefined): readonly FlagSpec[] {
  const takesParams = spec.name === 'run' || spec.name === 'explain' || spec.name === 'why';
  const target = rest.find((word) => !word.startsWith('-'));
  const listed =
    takesParams && catalogue !== undefined ? listTasks(catalogue).find(({ id }) => id === target) : undefined;
  const own = spec.name === 'run' ? runFlags : spec.flags;
  return listed === undefined ? own : [...flagsOf(listed.task.params), ...own];
}

/** The flag whose value the cursor is at, when the word before it is one that takes a value. */
function awaitingValue(before: readonly string[], current: string, flags: readonly FlagSpec[]): FlagSpec | undefined {
  const last = before.at(-1) ?? '';
  if (current.startsWith('-') || !last.startsWith('-') || last.includes('=')) return undefined;
  return flags.find((flag) => (last === `--${flag.name}` || last === `-${flag.short}`) && flag.type !== 'boolean');
}

function valueWords(flag: FlagSpec): string[] {
  if (flag.choices !== undefined) return flag.choices.map((choice) => line(choice, ''));
  return flag.kind === undefined ? [] : [':files'];
}

function argWords(arg: ArgSpec, catalogue: Catalogue | undefined): string[] {
  switch (arg.completes) {
    case 'target':
      return [
        ...taskWords(catalogue),
        ...(catalogue?.pipelines ?? []).map((pipeline) => line(pipeline.name, 'pipeline')),
      ];
    case 'task':
      return taskWords(catalogue);
    case 'plugin':
      return (catalogue?.plugins ?? []).map((plugin) => line(plugin.spec, ''));
    case 'choice':
      return (arg.choices ?? []).map((choice) => line(choice, ''));
    case 'file':
      return [...(catalogue?.stores ?? []).map((store) => line(`${store}:`, 'store')), ':files'];
    default:
      return [];
  }
}

/** A candidate and what it is; shells that show no descriptions cut at the tab. */
function line(word: string, about: string | undefined): string {
  return about === undefined || about === '' ? word : `${word}\t${about}`;
}
