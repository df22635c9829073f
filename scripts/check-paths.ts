// No absolute path of somebody's machine in a file of the repository: it works there and nowhere else.
// `node scripts/check-paths.ts [folder]` reads another checkout.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { root } from './checkout.mjs';

const checkout = resolve(process.argv[2] ?? root);
// A path that starts one: `a/work/b` and `${folder}/work/` are relative and fine.
const ownPlaces = [checkout, homedir()]
  .filter((path) => path.length > 2)
  .map((path) => path.replace(/[^\w/]/g, '\\$&'));
const machinePath = new RegExp(`(?<![\\w.})\\]~*-])(?:/(?:work|root)/|(?:${ownPlaces.join('|')})(?![\\w-]))`);

const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: checkout,
  encoding: 'utf8',
});
const problems = listed.split('\0').flatMap((file) => {
  const path = resolve(checkout, file);
  if (file === '' || !existsSync(path) || !statSync(path).isFile()) return [];
  const bytes = readFileSync(path);
  if (bytes.subarray(0, 8000).includes(0)) return [];
  return bytes
    .toString('utf8')
    .split('\n')
    .flatMap((line, index) => (machinePath.test(line) ? [`${file}:${index + 1}  ${line.trim().slice(0, 160)}`] : []));
});
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exitCode = problems.length > 0 ? 1 : 0;
