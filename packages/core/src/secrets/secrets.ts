import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { didYouMean } from '../lib/did-you-mean.ts';
import { own } from '../lib/own.ts';
import type { Redactor } from '../lib/redactor.ts';
import { parseReference, type Reference } from '../lib/reference.ts';
import { runCommand } from '../lib/run-command.ts';
import { fail, type FailureError } from '../model/failure.ts';

/** The project's secrets: named in the config, read where the work runs, masked from then on. */
export interface Secrets {
  /** Names under `secrets:`. */
  readonly names: readonly string[];
  /** A secret's value, read at the first call and masked before it is returned; throws `secret.missing`. */
  value(name: string): Promise<string>;
  /** Values of several secrets by name, for a step that declared them. */
  values(names: readonly string[]): Promise<{ readonly [name: string]: string }>;
  /**
   * The value of a reference in an option of a store; `path` names it in failures: `stores.cloud.password`.
   * It is masked, except under a name that is no secret (`username`, `account`, `region`).
   */
  reference(reference: string, path: string): Promise<string>;
}

export interface SecretsConfig {
  /** References by name, as the project has them. */
  readonly secrets: { readonly [name: string]: string };
  readonly env: { readonly [name: string]: string | undefined };
  readonly redactor: Redactor;
  /** Relative paths start here and programs run here. */
  readonly projectDir: string;
}

// Names in URLs and messages: masking them would hide which account a failure is about.
const notSecret =
  /^(?:user(?:name)?|login|account(?:name)?|region|endpoint|host|port|tenant|project|domain|bucket|container)$/i;

/** Makes the secrets of a project; reads nothing until a value is asked for. */
export function createSecrets({ secrets, env, redactor, projectDir }: SecretsConfig): Secrets {
  const asked = new Map<string, Promise<string>>();

  async function read(name: string): Promise<string> {
    const reference = own(secrets, name);
    if (reference === undefined) throw unknownSecret(name, Object.keys(secrets));
    return mask(name, reference, await resolveReference(reference, { env, projectDir, name }));
  }

  function mask(name: string, reference: string, value: string): string {
    if (redactor.add(value)) return value;
    throw missing(name, reference, 'its value is a single character, too short to be masked');
  }

  function value(name: string): Promise<string> {
    let answer = asked.get(name);
    if (answer === undefined) {
      answer = read(name);
      // A program that failed (a locked key ring) is asked again at the next attempt.
      answer.catch(() => asked.delete(name));
      asked.set(name, answer);
    }
    return answer;
  }

  return {
    names: Object.keys(secrets),
    value,
    values: async (names) => {
      const pairs = names.map(async (name): Promise<[string, string]> => [name, await value(name)]);
      return Object.fromEntries(await Promise.all(pairs));
    },
    reference: async (reference, path) => {
      const resolved = await resolveReference(reference, { env, projectDir, name: path });
      return notSecret.test(optionOf(path)) ? resolved : mask(path, reference, resolved);
    },
  };
}

/** `users` of `stores.cloud.users[1]`: entries of a list are what the list is. */
function optionOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).replace(/(\[\d+\])+$/, '');
}

export interface ReferenceContext {
  readonly env: { readonly [name: string]: string | undefined };
  readonly projectDir: string;
  /** What a failure calls it: `azure-key`, `stores.cloud.password`. */
  readonly name: string;
}

/**
 * The value behind `env:`, `file:` or `cmd:`, without one line break at its end; not masked yet.
 *
 * Throws `secret.missing` when there is none, and for a text that is no reference.
 */
async function resolveReference(text: string, context: ReferenceContext): Promise<string> {
  const reference = parseReference(text);
  // The text itself stays out of the failure: it is likely the secret.
  if (reference === undefined)
    throw missing(context.name, '(a value)', 'it is written out, where a reference is needed');
  const found = await look(reference, context);
  if ('why' in found) throw missing(context.name, text, found.why);
  // Editors and `echo` end a file with a line break that is no part of the secret.
  const value = found.value.replace(/\r?\n$/, '');
  if (value === '') throw missing(context.name, text, emptyWords[reference.kind]);
  return value;
}

const emptyWords: { readonly [K in Reference['kind']]: string } = {
  env: 'the variable is empty',
  file: 'the file is empty',
  cmd: 'the program printed nothing',
};

async function look(
  reference: Reference,
  context: ReferenceContext,
): Promise<{ readonly value: string } | { readonly why: string }> {
  switch (reference.kind) {
    case 'env': {
      const value = own(context.env, reference.target);
      return value === undefined ? { why: 'the variable is not set' } : { value };
    }
    case 'file':
      return lookInFile(resolve(context.projectDir, reference.target));
    case 'cmd': {
      const outcome = await runCommand(reference.target, { cwd: context.projectDir, env: context.env });
      return outcome.ok ? { value: outcome.stdout } : { why: outcome.why };
    }
  }
}

// Read as text: keys in binary form are given to libraries by their path instead.
async function lookInFile(path: string): Promise<{ readonly value: string } | { readonly why: string }> {
  try {
    return { value: await readFile(path, 'utf8') };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    return { why: code === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read (${code})` };
  }
}

// The reference is shown, the value never.
function missing(name: string, reference: string, why: string): FailureError {
  return fail('secret.missing', { name, reference, why });
}

function unknownSecret(name: string, known: readonly string[]): FailureError {
  const meant = didYouMean(name, known);
  const why =
    meant === undefined
      ? 'there is no such name under secrets'
      : `there is no such name under secrets; did you mean ${meant}?`;
  return fail('secret.missing', {
    name,
    reference: '',
    why,
    hint: `Add ${name}: env:NAME under secrets: in runner.yaml.`,
  });
}
