import type { CliContext } from './context.ts';
import type { CommandSpec } from './spec/command-spec.ts';

/** The class of a command, as far as the dispatcher knows it. */
export interface StartableCommand {
  start(spec: CommandSpec, rest: readonly string[], context: CliContext): Promise<number>;
}

/** Where each command lives; a class is imported only when its command is given. */
export const commandClasses: { readonly [name: string]: (() => Promise<StartableCommand>) | undefined } = {
  run: async () => (await import('./commands/run.ts')).RunCommand,
  verify: async () => (await import('./commands/verify.ts')).VerifyCommand,
  clean: async () => (await import('./commands/clean.ts')).CleanCommand,
  tasks: async () => (await import('./commands/tasks.ts')).TasksCommand,
  explain: async () => (await import('./commands/explain.ts')).ExplainCommand,
  why: async () => (await import('./commands/why.ts')).WhyCommand,
  runs: async () => (await import('./commands/runs.ts')).RunsCommand,
  logs: async () => (await import('./commands/logs.ts')).LogsCommand,
  provenance: async () => (await import('./commands/provenance.ts')).ProvenanceCommand,
  doctor: async () => (await import('./commands/doctor.ts')).DoctorCommand,
  init: async () => (await import('./commands/init.ts')).InitCommand,
  'plugins list': async () => (await import('./commands/plugins-list.ts')).PluginsListCommand,
  'plugins add': async () => (await import('./commands/plugins-add.ts')).PluginsAddCommand,
  'plugins remove': async () => (await import('./commands/plugins-remove.ts')).PluginsRemoveCommand,
  'plugins create': async () => (await import('./commands/plugins-create.ts')).PluginsCreateCommand,
  'plugins build': async () => (await import('./commands/plugins-build.ts')).PluginsBuildCommand,
  'plugins doctor': async () => (await import('./commands/doctor.ts')).PluginsDoctorCommand,
  completion: async () => (await import('./commands/completion.ts')).CompletionCommand,
  'store ls': async () => (await import('./commands/store-ls.ts')).StoreLsCommand,
  'store cat': async () => (await import('./commands/store-cat.ts')).StoreCatCommand,
  'store du': async () => (await import('./commands/store-du.ts')).StoreDuCommand,
  'store cp': async () => (await import('./commands/store-transfer.ts')).StoreCpCommand,
  'store mv': async () => (await import('./commands/store-transfer.ts')).StoreMvCommand,
  'store sync': async () => (await import('./commands/store-transfer.ts')).StoreSyncCommand,
  'store rm': async () => (await import('./commands/store-rm.ts')).StoreRmCommand,
  'store check': async () => (await import('./commands/store-check.ts')).StoreCheckCommand,
  'store check-access': async () => (await import('./commands/store-check-access.ts')).StoreCheckAccessCommand,
};
