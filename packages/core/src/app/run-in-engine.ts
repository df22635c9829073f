import { hostname } from 'node:os';
import { join } from 'node:path';
import type { DependencyContainer } from 'tsyringe';
import { depsOf } from '../engine/executors/work-deps.ts';
import { type RunOptions, runTask, type TaskReport } from '../engine/run.ts';
import type { RunSettings, RunSignals } from '../engine/run-settings.ts';
import { stagingName } from '../engine/sweep.ts';
import type { Emit, Reason } from '../model/event.ts';
import type { OpenStore } from '../model/store.ts';
import type { Plugin } from '../model/plugin.ts';
import type { Task } from '../model/task.ts';
import { tokens } from './tokens.ts';

/** A task whose plugin is imported and whose params are checked. */
export interface ReadyTask extends Pick<RunOptions, 'task' | 'params' | 'about' | 'versions'> {
  readonly plugin: Plugin;
  readonly definition: Task;
  readonly version: string;
  /** File URL of the module that worker threads and processes import; '' when none of its steps computes. */
  readonly entry: string;
  /** Modules of plugins that bring stores. */
  readonly driverEntries: readonly string[];
}

/** How a task is to run, and who hears of it. */
export interface TaskSettings extends RunSettings, RunSignals {
  readonly emit: Emit;
  readonly onReason?: (map: string, key: string, reason: Reason) => void;
}

/** What a command of the runner itself sets otherwise than a task does. */
interface Surroundings {
  readonly openStore?: OpenStore;
  readonly lanes?: { readonly [name: string]: number };
}

/** Hands a task to the engine, with the parts of this project around it. */
export async function runInEngine(
  container: DependencyContainer,
  ready: ReadyTask,
  settings: TaskSettings,
  surroundings: Surroundings = {},
): Promise<TaskReport> {
  const project = container.resolve(tokens.project);
  const redactor = container.resolve(tokens.redactor);
  const state = container.resolve(tokens.state);
  const stores = container.resolve(tokens.stores);
  const openStore = surroundings.openStore ?? stores.open;
  const { plugin, definition, version, entry, driverEntries, ...task } = ready;
  const init = {
    projectDir: project.dir,
    workDir: join(project.stateDir, 'work'),
    statePath: state.path,
    stagingName: stagingName(state),
    stores: Object.fromEntries(
      Object.entries(project.stores).map(([name, { url, options }]) => [name, { ...options, url }]),
    ),
    secrets: project.secrets,
    allowHosts: project.network.allowHosts,
    driverEntries,
    concurrency: 1,
  };
  const deps = depsOf(init, {
    redactor,
    secrets: container.resolve(tokens.secrets),
    openStore,
    http: container.resolve(tokens.http),
  });
  if (state.damaged !== undefined) {
    settings.emit({
      type: 'run.note',
      message: `the state was damaged and has been put aside as ${state.damaged}; finished work is found again or done again`,
    });
  }
  const jobs = settings.jobs ?? project.concurrency;
  const notes = container.resolve(tokens.notes);
  using _listening = notes.listen((message) => settings.emit({ type: 'run.note', message }));
  return await runTask({
    ...settings,
    ...(jobs === undefined ? {} : { jobs }),
    ...task,
    state,
    plugin: { plugin, definition, version, entry },
    holder: `process ${process.pid} on ${hostname()} (${plugin.name}:${task.task})`,
    openStore,
    canonicalPlace: (place) => stores.place(place),
    locationOf: (place) => stores.location(place),
    deps,
    workerInit: init,
    note: (message) => notes.tell(message),
    lanes: { ...project.lanes, ...surroundings.lanes },
    redact: (value) => redactor.redactJson(value),
  });
}
