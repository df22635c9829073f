import type { InjectionToken } from 'tsyringe';
import type { Project } from '../config/project.ts';
import type { HttpClient } from '../lib/http-client.ts';
import type { Notes } from '../lib/notes.ts';
import type { Redactor } from '../lib/redactor.ts';
import type { Secrets } from '../secrets/secrets.ts';
import type { State } from '../state/state.ts';
import type { StoreOpener } from '../storage/open-store.ts';
import type { RunnerOptions } from './facade.ts';

/** What the container gives, by typed token; the only names by which parts of a runner are looked up. */
export const tokens = {
  options: token<RunnerOptions>('options'),
  project: token<Project>('project'),
  redactor: token<Redactor>('redactor'),
  notes: token<Notes>('notes'),
  secrets: token<Secrets>('secrets'),
  stores: token<StoreOpener>('stores'),
  http: token<HttpClient>('http'),
  state: token<State>('state'),
  /** Closes what was opened, last opened first. */
  stack: token<AsyncDisposableStack>('stack'),
};

function token<T>(name: string): InjectionToken<T> {
  return Symbol.for(`runner.${name}`);
}
