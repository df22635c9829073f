import { suggestion } from '../lib/did-you-mean.ts';
import { own } from '../lib/own.ts';
import { parseReference } from '../lib/reference.ts';
import type { DriverDefinition, DriverOption, DriverOptions, OptionKind } from '../model/driver.ts';
import { fail, type Problem } from '../model/failure.ts';

/** What the managed store itself takes, whatever the driver; folders have no lane that it could limit. */
export const laneOptions: DriverOptions = {
  maxParallel: {
    kind: 'count',
    about: 'Requests to the host at once. Default 16, fewer while the service says "slow down"',
  },
};

interface CheckedEntry {
  /** Its name under `stores:`. */
  readonly store: string;
  /** Where the config file has an option's name, or what stands behind it. */
  readonly where: (option: string, part: 'name' | 'value') => Pick<Problem, 'file' | 'line' | 'column'>;
}

/** Refuses, with every mistake at once, what the entry of a store says and its driver does not take. */
export function checkOptions(
  { schemes, options }: Pick<DriverDefinition, 'schemes' | 'options'>,
  settings: { readonly [option: string]: unknown },
  { store, where }: CheckedEntry,
): void {
  const known: DriverOptions = { ...(schemes.includes('file') ? {} : laneOptions), ...options };
  const problems = Object.entries(settings).flatMap(([name, value]): Problem[] => {
    if (value === undefined) return [];
    const option = own(known, name);
    const problem = (message: string, part: 'name' | 'value'): Problem[] => [
      { path: `stores.${store}.${name}`, message, ...where(name, part) },
    ];
    if (option !== undefined) {
      const wrong = whatIsWrong(value, option);
      return wrong === undefined ? [] : problem(wrong, 'value');
    }
    // A driver that declares nothing may take anything.
    if (options === undefined) return [];
    return problem(`${schemes[0]} has no option ${name}${suggestion(name, Object.keys(known))}`, 'name');
  });
  if (problems.length > 0) throw fail('config.invalid', { problems, hint: 'Correct the entry and try again.' });
}

// Values are never shown: they may be secrets. References are texts still, and what they give is text too.
function whatIsWrong(value: unknown, { kind, oneOf, least = 1 }: DriverOption): string | undefined {
  const kinds = [kind].flat();
  if (!kinds.some((one) => isOfKind[one](value))) {
    const quotes = typeof value === 'number' && kinds.includes('text') ? '; put it in quotes' : '';
    return `must be ${kinds.map((one) => kindWords[one]).join(' or ')}, not ${typeWords(value)}${quotes}`;
  }
  if (typeof value === 'number' && value < least) return `must be at least ${least}`;
  if (typeof value !== 'string' || oneOf === undefined || oneOf.includes(value)) return undefined;
  return parseReference(value) === undefined ? `must be ${oneOf.join(' or ')}` : undefined;
}

const kindWords: { readonly [kind in OptionKind]: string } = {
  text: 'text',
  count: 'a whole number',
  flag: 'true or false',
  map: 'a map of keys to values',
};

const isOfKind: { readonly [kind in OptionKind]: (value: unknown) => boolean } = {
  text: (value) => typeof value === 'string',
  count: (value) => Number.isSafeInteger(value),
  flag: (value) => typeof value === 'boolean',
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

function typeWords(value: unknown): string {
  if (value === null || value === undefined) return 'empty';
  if (Array.isArray(value)) return 'a list';
  const words: { readonly [type: string]: string } = { string: 'text', boolean: 'true or false', object: 'a map' };
  return words[typeof value] ?? 'a number';
}
