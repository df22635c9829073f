import { finding, type Finding } from './rules.ts';

/** What `data.yaml` says, as far as a set depends on it. */
export interface DataYaml {
  /** Where the images of each split are: folders, or lists of paths; by Ultralytics' names, others as they are called. */
  readonly splits: { readonly [split: string]: readonly string[] };
  /** By class id; undefined where only `nc` is given, or nothing. */
  readonly names?: readonly string[];
  readonly classCount?: number;
  readonly keypoints?: { readonly points: number; readonly values: number };
  readonly path?: string;
}

type Value = string | readonly string[] | { readonly [key: string]: string };

interface Entry {
  readonly value: Value;
  readonly line: number;
}

const ownKeys = new Set(['path', 'nc', 'names', 'channels', 'kpt_shape', 'flip_idx', 'download', 'kpt_names']);

/** Reads a `data.yaml` and checks it; sets with extra splits under their own keys are fine. */
export function readDataYaml(
  text: string,
  file: string,
): { readonly data: DataYaml; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const say = (code: Finding['code'], line: number, message: string): void =>
    void findings.push(finding(code, { file, line }, message));
  const entries = readEntries(text, (line, message) => say('data-unreadable', line, message));
  const named = entries.get('names');
  const names = named === undefined ? undefined : namesOf(named.value);
  const countText = textOf(entries.get('nc'));
  const count = /^\d+$/.test(countText) ? Number(countText) : undefined;
  const namesLine = named?.line ?? entries.get('nc')?.line ?? 1;
  if (countText !== '' && count === undefined) say('data-names', namesLine, `nc is '${countText}', which is no count`);
  else if (named !== undefined && names === undefined && isMap(named.value))
    say('data-names', namesLine, 'the ids of names are not 0 to their count less one');
  else if (names === undefined && count === undefined) say('data-names', 1, 'there is neither names nor nc');
  else if (names !== undefined && count !== undefined && names.length !== count) {
    say('data-names', namesLine, `nc is ${countText}, and there are ${names.length} names`);
  }
  const twice = names?.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) say('data-names-duplicate', namesLine, `two classes are called '${twice}'`);
  const splits = splitsOf(entries);
  for (const key of ['train', 'val']) {
    if (splits[key] === undefined) say('data-split-missing', 1, `there is no ${key}`);
  }
  const download = entries.get('download');
  if (textOf(download) !== '') say('data-download', download!.line, 'Ultralytics runs what download says as a program');
  const path = textOf(entries.get('path'));
  if (path !== '')
    say('data-path', entries.get('path')!.line, `'${path}' is looked for in other folders first; leave it out`);
  const shape = entries.get('kpt_shape')?.value;
  const [points = 0, values = 0] = Array.isArray(shape) ? shape.map(Number) : [];
  const classCount = names?.length ?? count;
  return {
    findings,
    data: {
      splits,
      ...(names === undefined ? {} : { names }),
      ...(classCount === undefined ? {} : { classCount }),
      ...(points > 0 && values > 0 ? { keypoints: { points, values } } : {}),
      ...(path === '' ? {} : { path }),
    },
  };
}

function splitsOf(entries: ReadonlyMap<string, Entry>): DataYaml['splits'] {
  const splits: Record<string, readonly string[]> = {};
  for (const [key, { value }] of entries) {
    if (ownKeys.has(key)) continue;
    const places = typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly string[]) : [];
    const given = places.filter((place) => place !== '');
    // Ultralytics takes `validation` for `val`.
    if (given.length > 0) splits[key === 'validation' ? 'val' : key] = given;
  }
  return splits;
}

function namesOf(value: Value): readonly string[] | undefined {
  if (typeof value === 'string') return undefined;
  if (Array.isArray(value)) return value as readonly string[];
  // Ultralytics refuses ids with gaps too.
  const list = Object.keys(value).map((_, id) => (value as { readonly [key: string]: string })[id]);
  return list.every((name) => name !== undefined) ? list : undefined;
}

function isMap(value: Value): boolean {
  return typeof value !== 'string' && !Array.isArray(value);
}

function textOf(entry: Entry | undefined): string {
  return typeof entry?.value === 'string' ? entry.value : '';
}

/** The YAML that such files are written in: keys at the margin, and below them one level of keys, a list or a text. */
function readEntries(text: string, fault: (line: number, message: string) => void): ReadonlyMap<string, Entry> {
  const entries = new Map<string, Entry>();
  let open:
    | {
        readonly key: string;
        readonly line: number;
        readonly list: string[];
        readonly map: Record<string, string>;
        readonly isText: boolean;
      }
    | undefined;
  const close = (): void => {
    if (open === undefined) return;
    const value =
      open.list.length > 0 ? open.list : Object.keys(open.map).length > 0 ? open.map : open.isText ? 'text' : '';
    entries.set(open.key, { value, line: open.line });
    open = undefined;
  };
  const read = (raw: string, line: number): void => {
    const inner = open !== undefined && /^(\s|-\s)/.test(raw);
    if (open?.isText === true && (inner || raw === '')) return;
    const bare = withoutComment(raw);
    if (bare.trim() === '' || bare === '---') return;
    const item = /^\s*-\s+(.*)$/.exec(bare);
    const pair = /^\s*("[^"]*"|'[^']*'|[^\s:#][^:]*?)\s*:(?:\s+(.*))?$/.exec(bare);
    if (inner && open !== undefined && item !== null) open.list.push(scalar(item[1] ?? ''));
    else if (inner && open !== undefined && pair !== null) open.map[scalar(pair[1] ?? '')] = scalar(pair[2] ?? '');
    else if (!/^\s/.test(bare) && pair !== null) {
      close();
      const value = (pair[2] ?? '').trim();
      const key = scalar(pair[1] ?? '');
      if (value === '' || /^[|>][+-]?$/.test(value)) open = { key, line, list: [], map: {}, isText: value !== '' };
      else if (isUnclosed(bare)) throw new SyntaxError('a bracket is not closed');
      else entries.set(key, { value: flow(value), line });
    } else throw new SyntaxError('neither a key nor a part of one');
  };
  for (const { line, raw } of joinedLines(text)) {
    try {
      read(raw, line);
    } catch (error) {
      // Also what a quoted text may not hold: "C:\data" has an escape that is none.
      if (!(error instanceof SyntaxError)) throw error;
      fault(line, `'${raw.trim()}' cannot be read`);
    }
  }
  close();
  return entries;
}

/** The lines of a text; a list or mapping in brackets that goes on over several lines is one. */
function joinedLines(text: string): { readonly line: number; readonly raw: string }[] {
  const lines: { readonly line: number; raw: string }[] = [];
  let open: { raw: string } | undefined;
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (open === undefined) lines.push({ line: index + 1, raw });
    else open.raw += ` ${withoutComment(raw).trim()}`;
    const last = lines.at(-1)!;
    open = isUnclosed(last.raw) ? last : undefined;
    if (open !== undefined) open.raw = withoutComment(open.raw);
  }
  return lines;
}

function isUnclosed(line: string): boolean {
  const value = /^[^\s#][^:]*:\s+([[{].*)$/.exec(withoutComment(line))?.[1];
  return value !== undefined && !/[\]}]$/.test(value.replace(/"[^"]*"|'[^']*'/g, ''));
}

/** A quoted text. */
const quoted = String.raw`"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'`;

// A `#` in quotes is text; quotes open where a value begins, and `driver's` has none.
const quotedOrComment = new RegExp(String.raw`((?:^|[\s,:[{])(?:${quoted}))|(?:^|\s)#.*$`, 'g');

function withoutComment(line: string): string {
  return line.replace(quotedOrComment, '$1').trimEnd();
}

const flowItem = new RegExp(String.raw`\s*(?:${quoted})\s*(?=,|$)|[^,]+`, 'g');
const flowPair = new RegExp(String.raw`(${quoted}|[^,:]+):\s*(${quoted}|[^,]+)`, 'g');

function flow(value: string): Value {
  if (value.startsWith('[') && value.endsWith(']')) {
    const inner = value.slice(1, -1).trim();
    return inner === '' ? [] : (inner.match(flowItem) ?? []).map(scalar);
  }
  if (value.startsWith('{') && value.endsWith('}')) {
    const pairs = value.slice(1, -1).matchAll(flowPair);
    return Object.fromEntries([...pairs].map(([, key = '', name = '']) => [scalar(key), scalar(name)]));
  }
  if (/^[[{]/.test(value)) throw new SyntaxError('a bracket is closed by another one, or in the middle');
  return scalar(value);
}

function scalar(text: string): string {
  const trimmed = text.trim();
  if (/^".*"$/s.test(trimmed)) return JSON.parse(trimmed) as string;
  return /^'.*'$/s.test(trimmed) ? trimmed.slice(1, -1).replaceAll("''", "'") : trimmed;
}
