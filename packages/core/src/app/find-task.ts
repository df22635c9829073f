import { fail } from '../model/failure.ts';
import { type Catalogue, type ListedTask, listTasks } from '../plugins/manifest.ts';

/** The task of an id; throws `name.unknown`, caused by the disabled plugin that may have it. */
export function findTask(catalogue: Catalogue, name: string): ListedTask {
  const listed = listTasks(catalogue).find(({ id }) => id === name);
  if (listed !== undefined) return listed;
  const known = [...listTasks(catalogue).map(({ id }) => id), ...catalogue.pipelines.map((pipeline) => pipeline.name)];
  const [plugin = ''] = name.split(':');
  const off = catalogue.disabled.find(({ spec }) => plugin !== '' && spec.includes(plugin));
  throw fail('name.unknown', { kind: 'task', name, known, ...(off === undefined ? {} : { cause: off.failure }) });
}
