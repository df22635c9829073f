// tsyringe demands the polyfill before its own first line, although no decorator is used here.
import 'reflect-metadata';
import { join } from 'node:path';
import { container as root, type DependencyContainer, instanceCachingFactory } from 'tsyringe';
import { loadProject } from '../config/load-project.ts';
import { createHttpClient } from '../lib/http-client.ts';
import { Notes } from '../lib/notes.ts';
import { createRedactor } from '../lib/redactor.ts';
import type { DriverDefinition } from '../model/driver.ts';
import { createSecrets } from '../secrets/secrets.ts';
import { State } from '../state/state.ts';
import { createStoreOpener } from '../storage/open-store.ts';
import type { RunnerOptions } from './facade.ts';
import { tokens } from './tokens.ts';

/**
 * The composition root: the one place that knows which part is made of which.
 *
 * Every part is made when it is first asked for and once per container; `drivers` gives the stores that
 * plugins bring.
 */
export function createContainer(
  options: RunnerOptions,
  drivers: () => Promise<readonly DriverDefinition[]>,
): DependencyContainer {
  const container = root.createChildContainer();
  container.register(tokens.options, { useValue: options });
  container.register(tokens.stack, { useValue: new AsyncDisposableStack() });
  container.register(tokens.project, {
    useFactory: instanceCachingFactory(() => loadProject(options.cwd, { env: options.env })),
  });
  container.register(tokens.notes, { useValue: new Notes((message) => options.note?.(message)) });
  container.register(tokens.redactor, { useFactory: instanceCachingFactory(() => createRedactor()) });
  container.register(tokens.secrets, {
    useFactory: instanceCachingFactory((c) => {
      const project = c.resolve(tokens.project);
      return createSecrets({
        secrets: project.secrets,
        env: options.env,
        redactor: c.resolve(tokens.redactor),
        projectDir: project.dir,
      });
    }),
  });
  container.register(tokens.http, {
    useFactory: instanceCachingFactory((c) => {
      const http = createHttpClient({ allowHosts: c.resolve(tokens.project).network.allowHosts });
      // An answer that a step did not read holds its connection, and that the whole process.
      c.resolve(tokens.stack).defer(() => http.close());
      return http;
    }),
  });
  container.register(tokens.stores, {
    useFactory: instanceCachingFactory((c) => {
      const project = c.resolve(tokens.project);
      const secrets = c.resolve(tokens.secrets);
      const stores = createStoreOpener({
        projectDir: project.dir,
        workDir: join(project.stateDir, 'work'),
        stores: Object.fromEntries(
          Object.entries(project.stores).map(([name, { url, options: more }]) => [name, { ...more, url }]),
        ),
        drivers,
        whereOption: (store, option, part) => project.stores[store]?.placeOf(option, part) ?? {},
        allowHosts: project.network.allowHosts,
        secret: (reference, { store, option }) => secrets.reference(reference, `stores.${store}.${option}`),
        hide: (secret) => void c.resolve(tokens.redactor).add(secret),
        note: (message) => c.resolve(tokens.notes).tell(message),
      });
      c.resolve(tokens.stack).defer(() => stores.close());
      return stores;
    }),
  });
  container.register(tokens.state, {
    useFactory: instanceCachingFactory((c) => {
      const state = new State(c.resolve(tokens.project).stateDir);
      c.resolve(tokens.stack).defer(() => state.close());
      return state;
    }),
  });
  return container;
}
