import type { DependencyContainer } from 'tsyringe';
import { findTask } from './find-task.ts';
import type { DriverDefinition } from '../model/driver.ts';
import type { Emit, RunEvent } from '../model/event.ts';
import { fail } from '../model/failure.ts';
import { loadPlugin } from '../plugins/load.ts';
import { loadCatalogue } from '../plugins/catalogue.ts';
import type { Catalogue, CataloguePlugin } from '../plugins/manifest.ts';
import type { RunReport, StaleFiles, WhyReport } from '../report/run-report.ts';
import { buildPluginManifest } from './build-manifest.ts';
import { pipelineProblems } from './check-entries.ts';
import { createContainer } from './container.ts';
import { diagnose } from './diagnose.ts';
import { explainTarget } from './explain.ts';
import type { Facade, GivenFlags, OpenRunner, RunnerOptions, RunRequest } from './facade.ts';
import { listRuns, provenanceOf, readLog } from './history.ts';
import { joinReports, ReasonLog, runReport } from './plan-report.ts';
import { pipelineOf, runPipelineEntries, sinkForEach } from './run-pipeline.ts';
import type { TaskSettings } from './run-in-engine.ts';
import { runOneTask, type TaskToRun } from './run-task.ts';
import { tokens } from './tokens.ts';
import type { RunSignals } from '../engine/run-settings.ts';
import { verifyPlace } from '../engine/verify-place.ts';
import { giveUpAtEnd } from '../engine/at-end-run.ts';
import { releaseWork } from '../engine/release.ts';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Opens the project around a folder; nothing is read from its plugins before it is needed. */
export const openRunner: OpenRunner = async (options) => new Runner(options);

class Runner implements Facade {
  readonly #container: DependencyContainer;
  #catalogue: Promise<Catalogue> | undefined;

  constructor(options: RunnerOptions) {
    this.#container = createContainer(options, () => this.#broughtDrivers());
  }

  get mask(): Facade['mask'] {
    return this.#container.resolve(tokens.redactor);
  }

  catalogue(): Promise<Catalogue> {
    this.#catalogue ??= loadCatalogue(this.#container.resolve(tokens.project));
    return this.#catalogue;
  }

  async run(request: RunRequest, emit: Emit, signals: RunSignals): Promise<RunReport> {
    const project = this.#container.resolve(tokens.project);
    const pipeline = pipelineOf(project, request.target);
    if (pipeline === undefined)
      return this.#runTask(await this.#taskToRun(request.target, request.flags), request, emit, signals);
    const problems = await pipelineProblems(this.#container, await this.catalogue(), pipeline);
    if (problems.length > 0) throw fail('pipeline.invalid', { pipeline: pipeline.name, problems });
    const sink = sinkForEach(emit);
    const reports = await runPipelineEntries(pipeline, async (entry, params) => {
      const task = await this.#taskToRun(entry.task, {});
      return this.#runTask({ ...task, config: [params, ...task.config] }, request, sink(), signals);
    });
    return joinReports(request.target, reports);
  }

  async #runTask(task: TaskToRun, request: RunRequest, emit: Emit, signals: RunSignals): Promise<RunReport> {
    const stale: StaleFiles[] = [];
    const reasons = request.dryRun ? new ReasonLog() : undefined;
    const watch = (event: RunEvent): void => {
      if (event.type === 'place.stale') stale.push({ ...event, keys: event.keys.slice(0, 20) });
      emit(event);
    };
    const { target: _target, flags: _flags, ...given } = request;
    const settings: TaskSettings = {
      ...given,
      ...signals,
      emit: watch,
      ...(reasons === undefined ? {} : { onReason: (map, key, reason) => reasons.add(map, key, reason) }),
    };
    const { report, rendered } = await runOneTask(this.#container, task, settings);
    return runReport(task.id, report, {
      stale,
      ...(reasons === undefined ? {} : { reasons }),
      ...(rendered === undefined ? {} : { rendered }),
    });
  }

  async why(target: string, item: string | undefined, flags: GivenFlags): Promise<WhyReport> {
    const task = await this.#taskToRun(target, flags);
    const reasons = new ReasonLog(item);
    const never = new AbortController().signal;
    const { report } = await runOneTask(this.#container, task, {
      emit: () => undefined,
      drain: never,
      stop: never,
      dryRun: true,
      force: false,
      onFailure: 'finish',
      overwrite: false,
      wait: false,
      verify: false,
      onReason: (map, key, reason) => reasons.add(map, key, reason),
    });
    return {
      task: task.id,
      ...(item === undefined ? {} : { item }),
      maps: report.maps.map(({ name, place }) => ({
        name,
        ...(place === undefined ? {} : { place }),
        reasons: reasons.counts(name),
        items: reasons.items(name),
      })),
      decidedAfter: report.decidedAfter === undefined ? [] : [report.decidedAfter],
    };
  }

  async explain(target: string, flags: GivenFlags): ReturnType<Facade['explain']> {
    return explainTarget(this.#container, await this.catalogue(), target, flags);
  }

  async runs(limit: number): ReturnType<Facade['runs']> {
    return listRuns(this.#container.resolve(tokens.state), limit);
  }

  async logs(run: number | undefined, options: Parameters<Facade['logs']>[1]): ReturnType<Facade['logs']> {
    return readLog(this.#container.resolve(tokens.state), run, options);
  }

  async provenance(run: number): ReturnType<Facade['provenance']> {
    return provenanceOf(this.#container.resolve(tokens.state), run);
  }

  async verify(place: string, signal: AbortSignal): ReturnType<Facade['verify']> {
    const store = await this.store(place);
    return { place: store.place, ...(await verifyPlace(store, signal)) };
  }

  async clean({ dryRun }: { readonly dryRun: boolean }): ReturnType<Facade['clean']> {
    const project = this.#container.resolve(tokens.project);
    const { open } = this.#container.resolve(tokens.stores);
    const state = this.#container.resolve(tokens.state);
    return { dryRun, entries: await releaseWork(state, open, join(project.stateDir, 'work'), { dryRun }) };
  }

  async giveUpAtEnd({ dryRun }: { readonly dryRun: boolean }): ReturnType<Facade['giveUpAtEnd']> {
    const state = this.#container.resolve(tokens.state);
    return giveUpAtEnd(state, { dryRun }).map(({ run, plugin, step, item }) => ({ run, plugin, step, item }));
  }

  async doctor(): ReturnType<Facade['doctor']> {
    return diagnose(this.#container, () => this.catalogue());
  }

  async store(place: string): ReturnType<Facade['store']> {
    return this.#container.resolve(tokens.stores).open(place);
  }

  async transfer(...[request, watch, signals]: Parameters<Facade['transfer']>): ReturnType<Facade['transfer']> {
    const { transfer } = await import('./transfer/transfer.ts');
    const bringing = bringingStores(await this.catalogue());
    const driverEntries = bringing.map((plugin) => pathToFileURL(plugin.entry).href);
    return transfer(request, { container: this.#container, driverEntries, signals, watch });
  }

  async compare(...[request, found, signal]: Parameters<Facade['compare']>): ReturnType<Facade['compare']> {
    const { checkPlaces } = await import('./transfer/check-places.ts');
    return checkPlaces(this.#container.resolve(tokens.stores), request, found, signal);
  }

  buildManifest(dir: string): ReturnType<Facade['buildManifest']> {
    return buildPluginManifest(dir);
  }

  async close(): Promise<void> {
    await this.#container.resolve(tokens.stack).disposeAsync();
  }

  /** Finds the task, with the plugins that bring stores: workers cannot look for them. */
  async #taskToRun(id: string, flags: GivenFlags): Promise<TaskToRun> {
    const catalogue = await this.catalogue();
    const project = this.#container.resolve(tokens.project);
    const listed = findTask(catalogue, id);
    // Params under a mistyped name would silently count for nothing.
    if (catalogue.unknownTasks !== undefined) throw fail('config.invalid', { problems: catalogue.unknownTasks });
    const bringing = bringingStores(catalogue);
    // Workers import them all when they start; one that cannot be imported is told before that.
    await Promise.all(bringing.map((plugin) => loadPlugin(plugin, project.dir)));
    const config = Object.hasOwn(project.tasks, id) ? project.tasks[id] : undefined;
    return {
      id,
      plugin: listed.plugin,
      driverEntries: bringing.map((plugin) => pathToFileURL(plugin.entry).href),
      flags,
      config: config === undefined ? [] : [config],
    };
  }

  // Asked for by the first store of a kind that is not built in, so that no other command imports a plugin for it.
  async #broughtDrivers(): Promise<readonly DriverDefinition[]> {
    const plugins = bringingStores(await this.catalogue());
    const { dir } = this.#container.resolve(tokens.project);
    const loaded = await Promise.all(plugins.map((plugin) => loadPlugin(plugin, dir)));
    return loaded.flatMap((plugin) => plugin.stores);
  }
}

function bringingStores(catalogue: Catalogue): readonly CataloguePlugin[] {
  return catalogue.plugins.filter((plugin) => plugin.manifest.stores.length > 0);
}
