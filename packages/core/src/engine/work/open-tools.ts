import type { OpenTools } from '../../model/step.ts';
import { ItemOutput } from './output.ts';
import { ItemTools, type WorkDeps } from './tools.ts';

/** The tools of a step's `open`: it reads models and the like, and writes nothing. */
export function openTools(
  step: string,
  line: string,
  secrets: { readonly [name: string]: string },
  deps: WorkDeps,
): OpenTools {
  return new ItemTools({
    // Scratch of `open` (a model brought here from a bucket) is kept under a key no item can have.
    key: '\u001fopen',
    uses: undefined,
    opened: undefined,
    output: new ItemOutput(undefined, deps.openStore, step),
    signal: new AbortController().signal,
    deps,
    hooks: { log: (message) => process.emitWarning(message), progress: () => undefined },
    line,
    secrets,
    doneKeys: undefined,
  });
}
