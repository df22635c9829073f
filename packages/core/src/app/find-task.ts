import { fail, type FailureError } from '../model/failure.ts';
import { type Catalogue, listTasks } from '../plugins/manifest.ts';

/** The failure for a task nobody has; when a disabled plugin may have it, that is its cause. */
export function unknownTask(catalogue: Catalogue, name: string): FailureError {
  const known = [...listTasks(catalogue).map(({ id }) => id), ...catalogue.pipelines.map((pipeline) => pipeline.name)];
  const [plugin = ''] = name.split(':');
  const off = catalogue.disabled.find(({ spec }) => plugin !== '' && spec.includes(plugin));
  return fail('name.unknown', { kind: 'task', name, known, ...(off === undefined ? {} : { cause: off.failure }) });
}
