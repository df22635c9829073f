import { createHttpClient, type HttpClient } from '../../lib/http-client.ts';
import { shownUrl } from '../../lib/http-trouble.ts';
import { createRedactor, type Redactor } from '../../lib/redactor.ts';
import type { DriverDefinition } from '../../model/driver.ts';
import type { OpenStore } from '../../model/store.ts';
import { createSecrets, type Secrets } from '../../secrets/secrets.ts';
import { createStoreOpener } from '../../storage/open-store.ts';
import { toFailure } from '../../storage/trouble.ts';
import { scratchLayout, type WorkDeps } from '../work/tools.ts';
import type { WorkerInit } from './messages.ts';

/** Parts a process has already; workers make their own. */
export interface WorkParts {
  readonly redactor: Redactor;
  readonly secrets: Secrets;
  readonly openStore: OpenStore;
  readonly http: HttpClient;
}

/** What no message carries into a worker. */
interface WorkerParts {
  /** Of plugins. */
  readonly drivers: readonly DriverDefinition[];
  readonly note: (message: string) => void;
}

/** What `work` gets its tools from in a worker: everything made anew from plain data. */
export function workDeps(init: WorkerInit, { drivers, note }: WorkerParts): WorkDeps {
  const redactor = createRedactor();
  const secrets = createSecrets({ secrets: init.secrets, env: process.env, redactor, projectDir: init.projectDir });
  const stores = createStoreOpener({
    projectDir: init.projectDir,
    workDir: init.workDir,
    stores: init.stores,
    drivers: () => Promise.resolve(drivers),
    allowHosts: init.allowHosts,
    secret: (reference, { store, option }) => secrets.reference(reference, `stores.${store}.${option}`),
    hide: (secret) => void redactor.add(secret),
    note: (message) => note(redactor.redact(message)),
  });
  return depsOf(init, {
    redactor,
    secrets,
    openStore: stores.open,
    http: createHttpClient({ allowHosts: init.allowHosts }),
  });
}

/** The same in the process that coordinates, from its own parts. */
export function depsOf(init: WorkerInit, parts: WorkParts): WorkDeps {
  return {
    openStore: parts.openStore,
    secrets: (names) => parts.secrets.values(names),
    async fetch(url, request = {}) {
      try {
        return await parts.http.request(url, request);
      } catch (error) {
        throw toFailure(error, { url: shown(url), what: request.method ?? 'GET' });
      }
    },
    ...scratchLayout(init.workDir),
    stagingName: init.stagingName,
    statePath: init.statePath,
    redact: (text) => parts.redactor.redact(text),
  };
}

function shown(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? url : shownUrl(parsed);
}
