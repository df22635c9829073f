import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from '../checkout.mjs';

/** Links and names of files in one document that lead nowhere, each with its line. */
export function deadLinks(path: string, text = readFileSync(join(root, path), 'utf8')): string[] {
  const dead: string[] = [];
  let fenced = false;
  for (const [i, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) fenced = !fenced;
    if (fenced) continue;
    const at = `${path}:${i + 1}`;
    for (const [, target = ''] of line.matchAll(/\]\(([^)\s]+)\)/g))
      if (!leadsSomewhere(path, target, text)) dead.push(`${at}  ${target}`);
    // Code names files from the root: `packages/core/src/engine/commit.ts`.
    for (const [, file = ''] of line.matchAll(/`((?:packages|scripts|test|docs|bench|examples)\/[\w./-]+\.[a-z]+)`/g))
      if (!existsSync(join(root, file))) dead.push(`${at}  ${file}`);
  }
  return dead;
}

function leadsSomewhere(path: string, target: string, text: string): boolean {
  if (/^[a-z+]+:/.test(target)) return true;
  const [file = '', anchor] = target.split('#');
  const found = file === '' ? join(root, path) : join(root, normalize(join(dirname(path), file)));
  if (!existsSync(found)) return false;
  if (anchor === undefined || !statSync(found).isFile() || !found.endsWith('.md')) return true;
  return anchorsOf(file === '' ? text : readFileSync(found, 'utf8')).has(anchor);
}

// As GitHub makes them: lower case, letters, digits, `-` and `_`, spaces become `-`.
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
