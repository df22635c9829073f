import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../scripts/checkout.mjs';
import type { Bench } from './support/bench.ts';
import type { Project } from './support/project.ts';
import type { Row } from './support/row.ts';
import { inTurn, spread } from './support/spread.ts';
import { timeChild } from './support/timed-child.ts';

// What the plugin of the bench says first; imported from there it would load the author API into this process.
const greeting = 'the task has begun';

/** How soon the built program answers, beside a bare Node of the same version. */
export const coldStart: Bench = {
  name: 'cold-start',
  async run({ project: newProject, rounds, say }) {
    const hasDiatom = existsSync(join(root, 'packages', 'plugin-diatom', 'dist', 'index.js'));
    const project = newProject('cold-start', hasDiatom ? ['plugin-diatom'] : []);
    const help = hasDiatom ? 'diatom:build' : 'bench:items';
    const rows: Row[] = [];
    for (const args of [['--version'], ['tasks'], ['--help'], [help, '--help']]) {
      say(`runner ${args.join(' ')}`);
      rows.push(await beside(`runner ${args.join(' ')}`, 80, rounds(21), () => answer(project, args)));
    }
    say('the first line of a task');
    rows.push(await beside('first line of a run task', 150, rounds(21), () => firstLine(project)));
    return rows;
  },
};

async function beside(what: string, goal: number, rounds: number, measure: () => Promise<number>): Promise<Row> {
  // The first ones fill the compile cache and the page cache.
  for (let i = 0; i < 3; i++) await measure();
  const { ours, node } = await inTurn(rounds, { ours: measure, node: bareNode });
  return {
    what,
    unit: 'ms',
    ours: spread(ours),
    beside: { kind: 'floor', name: 'node -e 0', value: spread(node) },
    goal,
  };
}

async function bareNode(): Promise<number> {
  return (await timeChild(process.execPath, ['-e', '0'])).wallMs;
}

async function answer(project: Project, args: readonly string[]): Promise<number> {
  const { wallMs, stdout } = await project.runner(args);
  if (stdout === '') throw new Error(`runner ${args.join(' ')} said nothing`);
  return wallMs;
}

async function firstLine(project: Project): Promise<number> {
  const { seenMs } = await project.runner(['run', 'bench:hello'], { until: greeting });
  if (seenMs === undefined) throw new Error('the task said nothing');
  return seenMs;
}
