// Every import of a file, type-only ones included: what dependency tools that drop types cannot see.
import { parseSync } from 'oxc-parser';

export interface Import {
  readonly specifier: string;
  /** One-based line of the file. */
  readonly line: number;
  /** Offsets of the quoted specifier in the text. */
  readonly start: number;
  readonly end: number;
}

/** Nodes with a `source` that names a module: import, export from, import(), and the type `import('x').Y` or `typeof import('x')`. */
const withSource = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
]);

/** The imports of a TypeScript text in the order they stand. Throws on a syntax error: a file nobody can read must not pass. */
export function readImports(file: string, text: string): Import[] {
  const { program, errors } = parseSync(file, text);
  const [error] = errors;
  if (error) throw new Error(`${file}: ${error.message}`);
  const found: Import[] = [];
  visit(program, (node) => {
    const literal = moduleName(node);
    if (literal) found.push({ ...literal, line: text.slice(0, literal.start).split('\n').length });
  });
  return found.sort((a, b) => a.start - b.start);
}

type Node = Readonly<Record<string, unknown>>;

function moduleName(node: Node): Omit<Import, 'line'> | undefined {
  const type = String(node['type']);
  if (withSource.has(type)) return literal(node['source']);
  if (type === 'TSExternalModuleReference') return literal(node['expression']);
  // `declare module './x.ts' {}` changes the types of x, so it depends on it.
  if (type === 'TSModuleDeclaration') return literal(node['id']);
  return undefined;
}

function literal(node: unknown): Omit<Import, 'line'> | undefined {
  if (!isNode(node) || typeof node['value'] !== 'string') return undefined;
  return { specifier: node['value'], start: Number(node['start']), end: Number(node['end']) };
}

function visit(value: unknown, see: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, see);
  } else if (isNode(value)) {
    if (typeof value['type'] === 'string') see(value);
    for (const child of Object.values(value)) if (typeof child === 'object') visit(child, see);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}
