import { LineFault } from './line-fault.ts';

/**
 * DVC's config files: a dialect of INI (ConfigObj's), not generic INI.
 *
 * Section and key names are lower-cased, an unquoted comma makes a list, `#` starts a comment, `;` does not.
 */
export type ConfigValue = string | readonly string[];
export type Section = ReadonlyMap<string, ConfigValue>;

export interface DvcConfig {
  /** `core`, `cache`, ... without the remotes. */
  readonly sections: ReadonlyMap<string, Section>;
  /** By name, lower-case. */
  readonly remotes: ReadonlyMap<string, Section>;
}

/** Reads a config file; throws a {@link LineFault} that names the line. */
export function parseConfig(text: string): DvcConfig {
  const sections = new Map<string, Map<string, ConfigValue>>();
  const remotes = new Map<string, Map<string, ConfigValue>>();
  let current: Map<string, ConfigValue> | undefined;
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at += 1) {
    const line = (lines[at] ?? '').trim();
    if (line === '' || line.startsWith('#')) continue;
    const section = /^\[\s*("[^"]*"|'[^']*'|[^'"\s].*?)\s*\](?:\s*#.*)?$/.exec(line);
    if (section?.[1] !== undefined) {
      const name = unquoted(section[1]).toLowerCase();
      const remote = /^remote "(.*)"$/.exec(name);
      const [group, key] = remote ? [remotes, remote[1] ?? ''] : [sections, name];
      current = group.get(key) ?? new Map<string, ConfigValue>();
      group.set(key, current);
      continue;
    }
    const pair = /^("[^"]*"|'[^']*'|[^'"=].*?)\s*=\s*(.*)$/.exec(line);
    if (pair === null || current === undefined) {
      throw new LineFault(`'${line}' is neither a section nor a key`, at + 1);
    }
    let raw = pair[2] ?? '';
    const triple = /^('''|""")/.exec(raw)?.[1];
    // A triple-quoted value may go on over lines.
    const first = at;
    while (triple !== undefined && raw.indexOf(triple, 3) < 0) {
      at += 1;
      if (at >= lines.length) throw new LineFault(`the value that starts with ${triple} has no end`, first + 1);
      raw += `\n${lines[at] ?? ''}`;
    }
    current.set(unquoted(pair[1] ?? '').toLowerCase(), valueOf(raw, triple, first + 1));
  }
  return { sections, remotes };
}

/** The file's text: sections, then remotes, four spaces before a key. Comments and empty sections are gone, as in DVC. */
export function dumpConfig({ sections, remotes }: DvcConfig): string {
  let text = '';
  const all = [...sections, ...[...remotes].map(([name, keys]) => [`remote "${name}"`, keys] as const)];
  for (const [name, keys] of all) {
    if (keys.size === 0) continue;
    text += `[${oneLine(name)}]\n`;
    for (const [key, value] of keys)
      text += `    ${oneLine(key)} = ${typeof value === 'string' ? quoted(value) : listText(value)}\n`;
  }
  return text;
}

/** Lays configs over each other, later ones winning key by key. */
export function mergeConfigs(configs: readonly DvcConfig[]): DvcConfig {
  const sections = new Map<string, Map<string, ConfigValue>>();
  const remotes = new Map<string, Map<string, ConfigValue>>();
  for (const config of configs) {
    for (const [from, to] of [
      [config.sections, sections],
      [config.remotes, remotes],
    ] as const) {
      for (const [name, keys] of from) to.set(name, new Map([...(to.get(name) ?? []), ...keys]));
    }
  }
  return { sections, remotes };
}

function valueOf(raw: string, triple: string | undefined, line: number): ConfigValue {
  if (triple !== undefined) return raw.slice(3, raw.indexOf(triple, 3));
  const items: string[] = [];
  let rest = raw;
  let list = false;
  for (;;) {
    const item = /^\s*("[^"]*"|'[^']*'|[^'",#\s][^,#]*?)?\s*(,|#.*$|$)/.exec(rest);
    if (item === null) throw new LineFault(`the value '${raw}' has quotes that do not match`, line);
    if (item[1] !== undefined) items.push(unquoted(item[1]));
    if (item[2] !== ',') break;
    list = true;
    rest = rest.slice(item[0].length);
  }
  return list ? items : (items[0] ?? '');
}

function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}

const edgeQuotes = ' \r\n\v\t\'"';

function quoted(value: string): string {
  // ConfigObj would read this back as a reference to another key.
  if (value.includes('%(')) throw new LineFault(`the value '${value}' holds '%(', which DVC cannot read back`, 0);
  const bothQuotes = value.includes("'") && value.includes('"');
  if (value.includes('\n') || bothQuotes) return value.includes("'''") ? `"""${value}"""` : `'''${value}'''`;
  return oneLine(value);
}

function oneLine(value: string): string {
  if (value === '') return '""';
  const bare = !edgeQuotes.includes(value[0] ?? '') && !edgeQuotes.includes(value.at(-1) ?? '');
  if (bare && !value.includes(',') && !value.includes('#')) return value;
  return value.includes('"') ? `'${value}'` : `"${value}"`;
}

function listText(values: readonly string[]): string {
  if (values.length === 0) return ',';
  return values.length === 1 ? `${oneLine(values[0] ?? '')},` : values.map(oneLine).join(', ');
}
