// `npm run bench [-- name...] [-- --quick]`: measures, writes bench/results/<name>.json and prints one table.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/checkout.mjs';
import { coldStart } from './cold-start.ts';
import { diatom } from './diatom.ts';
import { dogs } from './dogs.ts';
import { ifcbExtract } from './ifcb-extract.ts';
import { ifcbFeatures } from './ifcb-features.ts';
import { ifcbClassify } from './ifcb-classify.ts';
import { noOp } from './no-op.ts';
import { overhead } from './overhead.ts';
import { plan } from './plan.ts';
import { registry } from './registry.ts';
import { resume } from './resume.ts';
import { stores } from './stores.ts';
import type { Bench, Scene } from './support/bench.ts';
import { type Machine, machine } from './support/machine.ts';
import { Project } from './support/project.ts';
import { ratioOf, type Row, verdictOf } from './support/row.ts';
import { tableText } from './support/table.ts';
import { yolo } from './yolo.ts';

// In the order they are run.
const benches: readonly Bench[] = [
  coldStart,
  plan,
  noOp,
  overhead,
  resume,
  diatom,
  dogs,
  ...stores,
  ifcbExtract,
  ifcbFeatures,
  ifcbClassify,
  yolo,
  registry,
];
const resultsDir = join(root, 'bench', 'results');

const words = process.argv.slice(2);
const quick = words.includes('--quick');
const names = words.filter((word) => word !== '--quick');
/** `stores` is all of `stores-...`. */
const isMeant = (bench: Bench, name: string): boolean => bench.name === name || bench.name.startsWith(`${name}-`);
const unknown = names.find((name) => !benches.some((bench) => isMeant(bench, name)));
if (unknown !== undefined) {
  process.stderr.write(
    `no bench '${unknown}'; there are ${benches.map(({ name }) => name).join(', ')} (and --quick)\n`,
  );
  process.exitCode = 2;
} else {
  await runAll(benches.filter((bench) => names.length === 0 || names.some((name) => isMeant(bench, name))));
}

async function runAll(chosen: readonly Bench[]): Promise<void> {
  const found = machine();
  const { cpu, cores, node, sqlite, load } = found;
  process.stderr.write(`${cpu}, ${cores} cores, Node ${node}, SQLite ${sqlite}; load ${load.join(' ')}\n`);
  if ((load[0] ?? 0) > 0.5)
    process.stderr.write('Others are at work on this machine: trust the ratios, not the figures.\n');
  // Removed when everything is over: on some file systems removing files makes the next ones dear.
  const dir = mkdtempSync(join(tmpdir(), 'runner-bench-'));
  const remove = (): void => rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  process.on('SIGINT', () => {
    remove();
    process.exit(130);
  });
  const done: { readonly name: string; readonly rows: readonly Row[] }[] = [];
  try {
    for (const bench of chosen) {
      const rows = await bench.run(sceneIn(dir, bench.name));
      done.push({ name: bench.name, rows: quick ? rows.map(({ goal: _tooSmall, ...row }) => row) : rows });
      if (!quick) writeResults(bench.name, found, rows);
    }
  } finally {
    if (done.length > 0)
      process.stdout.write(
        `${tableText(done)}${quick ? 'A quick run: too small to judge by, nothing written.\n' : ''}`,
      );
    remove();
  }
}

function sceneIn(dir: string, bench: string): Scene {
  return {
    items: (full) => (quick ? Math.max(1, Math.round(full / 100)) : full),
    rounds: (full) => (quick ? 1 : full),
    folder(name) {
      const folder = join(dir, name);
      mkdirSync(folder, { recursive: true });
      return folder;
    },
    project: (name, packages) => new Project(join(dir, name), packages),
    say: (text) => void process.stderr.write(`${bench}: ${text}\n`),
  };
}

function writeResults(name: string, found: Machine, rows: readonly Row[]): void {
  mkdirSync(resultsDir, { recursive: true });
  const judged = rows.map((row) => ({ ...row, ratio: ratioOf(row), verdict: verdictOf(row) }));
  const result = { bench: name, date: new Date().toISOString(), machine: found, rows: judged };
  writeFileSync(join(resultsDir, `${name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
}
