import type { z } from 'zod';
import { own } from '../lib/own.ts';
import { typeOfValue } from './json-schema.ts';
import type { Path } from './path-text.ts';

// zod's own words (`Invalid input: expected string, received undefined`) speak to programmers. Only types, missing
// values, unions and unknown keys are worded anew; all else keeps zod's detail, which may be the author's own message.

type Issue = z.core.$ZodIssue;

/** What zod found, in this project's words: one finding for each wrong value. */
export function issueFindings(
  issues: readonly Issue[],
  value: unknown,
): { readonly path: Path; readonly message: string }[] {
  return issues.flatMap((issue) => findingsOf(issue, [], value));
}

function findingsOf(issue: Issue, around: Path, value: unknown): { readonly path: Path; readonly message: string }[] {
  const path = [...around, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: 'is not known here' }));
  if (issue.code === 'invalid_union') {
    const branch = nearestBranch(issue.errors);
    if (branch !== undefined) return branch.flatMap((inner) => findingsOf(inner, path, value));
  }
  if (issue.code === 'invalid_type') {
    // zod does not hand out the value it refused, so it is looked up to tell absent from wrong.
    const found = valueAt(value, path);
    if (found === undefined) return [{ path, message: 'is missing' }];
    return [{ path, message: `must be ${typeName(issue.expected)}, not ${typeName(typeOfValue(found))}` }];
  }
  return [{ path, message: inOurWords(issue.message) }];
}

// The branch whose value went wrong deepest is the one that was meant; a tie says nothing.
function nearestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((issue) => issue.path.length));
  const [best, next] = [...branches].sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  if (best === undefined || next === undefined) return best;
  return depth(best) > depth(next) || best.length < next.length ? best : undefined;
}

// `Too small: expected number to be >=0` and `Invalid option: expected one of ...` keep what follows the colon.
function inOurWords(message: string): string {
  const detail = /^(?:Invalid|Too|Unrecognized)[^:]*: (?:expected )?(.+)$/s.exec(message)?.[1];
  if (detail === undefined)
    return message.replace(/^Invalid input$/, 'is not valid').replace(/^Invalid (?=.)/, 'is not a valid ');
  return `must be ${detail.replace(/^\w+ to (?:be|have) /, '').replaceAll('"|"', '", "')}`;
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = own(current as { readonly [part: string]: unknown }, String(part));
  }
  return current;
}

/** Types as the rest of the config's problems call them. */
function typeName(type: string): string {
  const names: { readonly [type: string]: string | undefined } = {
    string: 'text',
    integer: 'a whole number',
    int: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    object: 'an object',
    record: 'an object',
    array: 'a list',
    null: 'empty',
  };
  return names[type] ?? type;
}
