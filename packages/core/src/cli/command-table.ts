import { CleanCommand } from './commands/clean.ts';
import { CompletionCommand } from './commands/completion.ts';
import { DoctorCommand, PluginsDoctorCommand } from './commands/doctor.ts';
import { ExplainCommand } from './commands/explain.ts';
import { InitCommand } from './commands/init.ts';
import { LogsCommand } from './commands/logs.ts';
import { PluginsAddCommand } from './commands/plugins-add.ts';
import { PluginsBuildCommand } from './commands/plugins-build.ts';
import { PluginsCreateCommand } from './commands/plugins-create.ts';
import { PluginsListCommand } from './commands/plugins-list.ts';
import { PluginsRemoveCommand } from './commands/plugins-remove.ts';
import { ProvenanceCommand } from './commands/provenance.ts';
import { RunCommand } from './commands/run.ts';
import { RunsCommand } from './commands/runs.ts';
import { StoreCatCommand } from './commands/store-cat.ts';
import { StoreCheckAccessCommand } from './commands/store-check-access.ts';
import { StoreCheckCommand } from './commands/store-check.ts';
import { StoreDuCommand } from './commands/store-du.ts';
import { StoreLsCommand } from './commands/store-ls.ts';
import { StoreRmCommand } from './commands/store-rm.ts';
import { StoreCpCommand, StoreMvCommand, StoreSyncCommand } from './commands/store-transfer.ts';
import { TasksCommand } from './commands/tasks.ts';
import { VerifyCommand } from './commands/verify.ts';
import { WhyCommand } from './commands/why.ts';
import type { CliContext } from './context.ts';
import type { CommandSpec } from './spec/command-spec.ts';

/** The class of a command, as far as the dispatcher knows it. */
export interface StartableCommand {
  start(spec: CommandSpec, rest: readonly string[], context: CliContext): Promise<number>;
}

/** The class of each command. They come in one module: thirty small ones take longer to find than all of them to read. */
export const commandClasses: { readonly [name: string]: StartableCommand | undefined } = {
  run: RunCommand,
  verify: VerifyCommand,
  clean: CleanCommand,
  tasks: TasksCommand,
  explain: ExplainCommand,
  why: WhyCommand,
  runs: RunsCommand,
  logs: LogsCommand,
  provenance: ProvenanceCommand,
  doctor: DoctorCommand,
  init: InitCommand,
  'plugins list': PluginsListCommand,
  'plugins add': PluginsAddCommand,
  'plugins remove': PluginsRemoveCommand,
  'plugins create': PluginsCreateCommand,
  'plugins build': PluginsBuildCommand,
  'plugins doctor': PluginsDoctorCommand,
  completion: CompletionCommand,
  'store ls': StoreLsCommand,
  'store cat': StoreCatCommand,
  'store du': StoreDuCommand,
  'store cp': StoreCpCommand,
  'store mv': StoreMvCommand,
  'store sync': StoreSyncCommand,
  'store rm': StoreRmCommand,
  'store check': StoreCheckCommand,
  'store check-access': StoreCheckAccessCommand,
};
