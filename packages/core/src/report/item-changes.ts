/** One place in which two JSON values differ; `before` or `after` is missing where there was or is nothing. */
export interface Change {
  /** As code would write it: `boxes[3].width`; empty for the whole value. */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/**
 * Returns where two texts of canonical JSON differ, in order of their paths.
 *
 * Undefined when either is not JSON: long items are kept as their digest alone.
 */
export function changesBetween(before: string, after: string): readonly Change[] | undefined {
  let values: [unknown, unknown];
  try {
    values = [JSON.parse(before), JSON.parse(after)];
  } catch {
    return undefined;
  }
  const changes: Change[] = [];
  compare(values[0], values[1], '', changes);
  return changes;
}

/** Adds a change for every leaf that differs; equal parts are not looked into twice. */
function compare(before: unknown, after: unknown, path: string, changes: Change[]): void {
  if (Object.is(before, after)) return;
  if (isRecord(before) && isRecord(after)) {
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted()) {
      const inner = /^[A-Za-z_$][\w$]*$/.test(key) ? `${path === '' ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`;
      compare(before[key], after[key], path + inner, changes);
    }
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    compareArrays(before, after, path, changes);
    return;
  }
  changes.push({
    path,
    ...(before === undefined ? {} : { before: JSON.stringify(before) }),
    ...(after === undefined ? {} : { after: JSON.stringify(after) }),
  });
}

// An entry put in front would make every later entry look changed; lists of other lengths are told as a whole.
function compareArrays(before: readonly unknown[], after: readonly unknown[], path: string, changes: Change[]): void {
  if (before.length === after.length) {
    before.forEach((entry, i) => compare(entry, after[i], `${path}[${i}]`, changes));
    return;
  }
  const [old, now] = [
    new Set(before.map((entry) => JSON.stringify(entry))),
    new Set(after.map((entry) => JSON.stringify(entry))),
  ];
  const gone = [...old].filter((entry) => !now.has(entry));
  const come = [...now].filter((entry) => !old.has(entry));
  for (const entry of gone) changes.push({ path: `${path}[]`, before: entry });
  for (const entry of come) changes.push({ path: `${path}[]`, after: entry });
  // Only repeated entries came or went: the lengths still differ and must not pass as equal.
  if (gone.length === 0 && come.length === 0) {
    changes.push({ path: `${path}.length`, before: String(before.length), after: String(after.length) });
  }
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
