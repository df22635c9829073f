import { fail } from '../model/failure.ts';
import { listTasks } from '../plugins/manifest.ts';
import type { CliContext } from './context.ts';
import { commandHelp } from './help/command-help.ts';
import { familyHelp, rootHelp } from './help/root-help.ts';
import { taskHelp } from './help/task-help.ts';
import { taskListLines } from './help/task-list.ts';
import { commandSpecs, familyOf, isTaskId, recognise } from './spec/commands.ts';

/**
 * Answers what needs neither the parser nor the project: versions, help and lists. Returns false when the
 * command line asks for something else.
 *
 * This path decides how fast the runner feels, so its imports are part of its contract: no oclif, no zod, no
 * yaml. A missing cache makes it open the project once, and the next time it is there.
 */
export async function fastPath(context: CliContext): Promise<boolean> {
  const { argv } = context.world;
  const [first] = argv;
  if (argv.length === 1 && (first === '--version' || first === '-v' || first === 'version')) {
    context.print([`runner ${context.world.version}`]);
    return true;
  }
  if (first === 'tasks' && (argv.length === 1 || (argv.length === 2 && argv[1] === '--json'))) {
    await tasks(context, argv.length === 2);
    return true;
  }
  const topic = helpTopic(argv);
  if (topic === undefined) return false;
  await help(context, topic);
  return true;
}

async function tasks(context: CliContext, json: boolean): Promise<void> {
  const catalogue = await context.catalogue();
  if (!json) {
    context.print(taskListLines(catalogue, context.layout));
    return;
  }
  context.printJson({
    tasks: listTasks(catalogue).map(({ id, task, plugin }) => ({
      id,
      plugin: plugin.spec,
      version: plugin.version,
      ...task,
    })),
    pipelines: catalogue.pipelines,
    disabled: catalogue.disabled,
    ...(catalogue.unknownTasks === undefined ? {} : { unknownTasks: catalogue.unknownTasks }),
  });
}

// Words after `--` belong to no flag of ours, so `--help` there asks for nothing.
function helpTopic(argv: readonly string[]): readonly string[] | undefined {
  if (argv.length === 0) return [];
  if (argv[0] === 'help') return argv.slice(1);
  const end = argv.indexOf('--');
  const mine = end < 0 ? argv : argv.slice(0, end);
  if (mine.includes('--help') || mine.includes('-h')) return mine.filter((word) => !word.startsWith('-'));
  const [first] = argv;
  // `runner store` alone is a question too.
  return argv.length === 1 && first !== undefined && familyOf(first).length > 0 ? [first] : undefined;
}

/** Help of a task, a command, a family of commands, or of the whole program. */
async function help(context: CliContext, topic: readonly string[]): Promise<void> {
  const [first, second] = topic;
  const task = first === 'run' ? second : first;
  if (task !== undefined && isTaskId(task)) {
    await helpOfTask(context, task);
    return;
  }
  const found = recognise(topic);
  if (found !== undefined) {
    context.print(commandHelp(found.spec, context.layout));
    return;
  }
  if (first === undefined) {
    // Help must work where the project does not: a broken config is reported by the commands that need it.
    const catalogue = await context.world.cachedCatalogue().catch(() => undefined);
    context.print(rootHelp(catalogue, context.layout));
    return;
  }
  const family = familyOf(first);
  if (family.length === 0)
    throw fail('name.unknown', { kind: 'command', name: first, known: commandSpecs.map((spec) => spec.name) });
  context.print(familyHelp(family, context.layout));
}

async function helpOfTask(context: CliContext, id: string): Promise<void> {
  const all = listTasks(await context.catalogue());
  const listed = all.find((one) => one.id === id);
  if (listed === undefined) throw fail('name.unknown', { kind: 'task', name: id, known: all.map((one) => one.id) });
  context.print(taskHelp(listed, context.layout));
}
