import type { Facade, RunRequest } from '../../../src/app/facade.ts';
import { createRedactor } from '../../../src/lib/redactor.ts';
import type { Emit } from '../../../src/model/event.ts';
import type { Catalogue } from '../../../src/plugins/manifest.ts';
import type { RunReport } from '../../../src/report/run-report.ts';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { CliContext } from '../../../src/cli/context.ts';
import { sampleCatalogue } from './sample-project.ts';

export interface CliAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test puts in the place of a project; what it leaves out must not be asked for. */
export type FacadePart = Partial<Omit<Facade, 'run'>> & {
  readonly run?: (request: RunRequest, emit: Emit) => Promise<RunReport>;
};

/** Gives a command line to the real dispatcher in front of a facade of the test's own. */
export async function cli(
  argv: readonly string[],
  facade: FacadePart = {},
  catalogue: Catalogue | undefined = sampleCatalogue,
  cwd = process.cwd(),
  env: { readonly [name: string]: string } = {},
): Promise<CliAnswer> {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    columns: 80,
    write: (text: string | Uint8Array) => {
      written[name] += typeof text === 'string' ? text : Buffer.from(text).toString();
      return true;
    },
  });
  const whole = {
    mask: createRedactor(),
    catalogue: () => Promise.resolve(catalogue),
    close: () => Promise.resolve(),
    ...facade,
  } as unknown as Facade;
  const context = new CliContext({
    argv,
    env: { LANG: 'C.UTF-8', ...env },
    cwd,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    openRunner: () => Promise.resolve(whole),
    cachedCatalogue: () => Promise.resolve(catalogue),
    version: '1.2.3',
    now: () => performance.now(),
  });
  return { code: await runCommandLine(context), ...written };
}
