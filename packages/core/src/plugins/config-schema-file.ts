import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema } from '../config/schema.ts';
import { writeFileAtomically } from '../lib/atomic-file.ts';
import { type Catalogue, listTasks } from './manifest.ts';

/** Writes the JSON Schema of `runner.yaml` with the params of all tasks, for editors; the first line that init writes names it. */
export function writeConfigSchema(catalogue: Catalogue, stateDir: string): void {
  const tasks = Object.fromEntries(listTasks(catalogue).map(({ id, task }) => [id, task]));
  const text = `${JSON.stringify(configSchema(tasks), undefined, 2)}\n`;
  const path = join(stateDir, 'runner.schema.json');
  try {
    // Editors read a file again whenever it is replaced.
    if (textOf(path) !== text) writeFileAtomically(path, text);
  } catch {
    // A read-only project is edited without completion, and nothing else.
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
