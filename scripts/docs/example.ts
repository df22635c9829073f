import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../checkout.mjs';

/**
 * The code of a file in docs/examples as a fenced block: `measure.ts` whole, `measure.ts#needs` one region of it.
 *
 * The files are type-checked and run by tests, so what documents show works.
 */
export function example(argument: string): string {
  const [file = '', region] = argument.split('#');
  const text = readFileSync(join(root, 'docs', 'examples', file), 'utf8');
  const code = region === undefined ? text.replaceAll(/^\/\/ #(end)?region.*\n/gm, '') : regionOf(text, region, file);
  return `\`\`\`ts\n${code.trim()}\n\`\`\``;
}

function regionOf(text: string, region: string, file: string): string {
  const lines = text.split('\n');
  const start = lines.indexOf(`// #region ${region}`);
  if (start === -1) throw new Error(`docs/examples/${file} has no region ${region}`);
  return lines.slice(start + 1, lines.indexOf('// #endregion', start)).join('\n');
}
