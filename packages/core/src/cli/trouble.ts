import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Failure, failureOf } from '../model/failure.ts';
import { failureLines } from '../report/failure-text.ts';
import { failureTitle } from '../report/wording.ts';
import { stateFailure } from '../state/schema.ts';
import { toFailure } from '../storage/trouble.ts';
import { type CliContext, widthOf } from './context.ts';
import { exitCodeOf } from './exit-code.ts';

/** Says what ended a command, whole, on stderr; returns the exit code it deserves. */
export async function reportTrouble(error: unknown, context: CliContext): Promise<number> {
  const mask = await context.mask();
  const failure = mask.redactJson(failureOf(error) ?? ofThisMachine(error) ?? bugOf(error));
  const { stdout, stderr, env, cwd } = context.world;
  // Programs read stdout only; people beside them still get the words.
  if (wantsJson(context.world.argv))
    stdout.write(`${JSON.stringify({ type: 'failure', message: failureTitle(failure), failure })}\n`);
  const lines = failureLines(failure, {
    style: context.err,
    width: widthOf(stderr, env) ?? Number.POSITIVE_INFINITY,
    readSource: sourceReader(cwd),
  });
  stderr.write(`${lines.join('\n')}\n`);
  return exitCodeOf(failure);
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  return (end < 0 ? argv : argv.slice(0, end)).includes('--json');
}

/** Reads config files for the line under which a problem is marked; paths are relative to the project. */
export function sourceReader(dir: string): (file: string) => string | undefined {
  return (file) => {
    try {
      return readFileSync(resolve(dir, file), 'utf8');
    } catch {
      // The mark is a comfort; the message with its position stands without it.
      return undefined;
    }
  };
}

// Rights and room are the user's to give, wherever the lack of them shows first. Other system errors are ours to foresee.
const machineCodes = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']);

function ofThisMachine(error: unknown): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path = '', dest = path } = error as NodeJS.ErrnoException & { readonly dest?: string };
  if (machineCodes.has(code) && dest !== '') return failureOf(toFailure(error, { url: dest, what: 'use' }));
  return failureOf(stateFailure(error, '.runner/state.db'));
}

function bugOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'bug', message: String(error) };
  return { code: 'bug', message: error.message, ...(error.stack === undefined ? {} : { stack: error.stack }) };
}
