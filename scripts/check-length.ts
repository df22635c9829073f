// No TypeScript file over 300 lines: longer ones hold two ideas. `node scripts/check-length.ts [folder]` reads another checkout.
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { root } from './checkout.mjs';

const limit = 300;
const checkout = resolve(process.argv[2] ?? root);
const patterns = ['packages/*/{src,test,bench}/**/*.ts', '{test,scripts,bench,examples}/**/*.{ts,mjs}'];
const files = globSync(patterns, { cwd: checkout, exclude: ['**/node_modules/**'] }).sort();
const lengths = files.map((file) => ({ file, lines: countLines(readFileSync(resolve(checkout, file), 'utf8')) }));
const long = lengths.filter(({ lines }) => lines > limit);
for (const { file, lines } of long) process.stdout.write(`${file}: ${lines} lines, ${limit} are allowed\n`);
process.exitCode = long.length > 0 ? 1 : 0;

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}
