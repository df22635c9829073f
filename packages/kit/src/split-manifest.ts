import { splitFailures } from './split-failures.ts';
import type { SplitLine } from './split/plan.ts';

/**
 * Writes a split as JSON lines, one per item with its line feed, in the order given.
 *
 * Fields are `key, sha256?, class, group, split, source?`, always in this order, so equal splits are equal bytes.
 */
export function* splitManifest(lines: Iterable<SplitLine>): Generator<string> {
  for (const { key, sha256, class: name, group, split, source } of lines) {
    yield `${JSON.stringify({ key, sha256, class: name, group, split, source })}\n`;
  }
}

/**
 * Reads what `splitManifest` wrote, fields it does not know ignored; empty lines are allowed.
 *
 * Throws `split.manifest-invalid` with the line's number, `split.duplicate-key` for a key that comes twice.
 */
export function readSplitManifest(text: string): readonly SplitLine[] {
  const lines: SplitLine[] = [];
  const keys = new Set<string>();
  for (const [index, line] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const read = readLine(line, index + 1);
    if (keys.has(read.key)) throw splitFailures['duplicate-key']({ key: read.key, other: read.key });
    keys.add(read.key);
    lines.push(read);
  }
  return lines;
}

function readLine(line: string, number: number): SplitLine {
  const invalid = (why: string): Error => splitFailures['manifest-invalid']({ line: number, why });
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw invalid('no JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('no JSON object');
  const { key, sha256, class: name, group, split, source } = value as { readonly [field: string]: unknown };
  if (typeof key !== 'string' || key === '') throw invalid("no 'key'");
  if (typeof group !== 'string') throw invalid("no 'group'");
  if (typeof split !== 'string') throw invalid("no 'split'");
  if (!isClass(name)) throw invalid("'class' is neither a text nor a list of texts");
  if (!isOptionalText(sha256)) throw invalid("'sha256' is no text");
  if (!isOptionalText(source)) throw invalid("'source' is no text");
  return {
    key,
    ...(sha256 === undefined ? {} : { sha256 }),
    class: name,
    group,
    split,
    ...(source === undefined ? {} : { source }),
  };
}

function isClass(value: unknown): value is string | readonly string[] {
  return typeof value === 'string' || (Array.isArray(value) && value.every((one) => typeof one === 'string'));
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string';
}
