import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

/** What the files of a place hold, by path. */
type Files = { readonly [path: string]: string };

/** A temporary project whose task does what `plan.json` says. */
export async function plansRig(): Promise<ProjectRig> {
  const plugin = readFileSync(new URL('./fixtures/plans.ts', import.meta.url), 'utf8');
  return createRig({ config: 'plugins: [./plans.ts]\n', files: { 'plans.ts': plugin } });
}

/** Runs a plan; says how it ended and how many items were worked on. */
export async function run(
  rig: ProjectRig,
  plan: readonly object[],
  ...flags: string[]
): Promise<{ readonly code: number | undefined; readonly done: number; readonly report: Record<string, unknown> }> {
  rig.write('plan.json', JSON.stringify(plan));
  const { code, report } = await rig.json('run', 'plans:plan', ...flags);
  const maps = report['maps'] as readonly { readonly counts: { readonly done: number } }[];
  return { code, done: maps.reduce((sum, { counts }) => sum + counts.done, 0), report };
}

/** The files of a folder, by path. */
export function files(rig: ProjectRig, dir: string): Files {
  const found: Record<string, string> = {};
  if (!existsSync(rig.path(dir))) return found;
  for (const name of readdirSync(rig.path(dir), { recursive: true, encoding: 'utf8' }).toSorted())
    if (name.endsWith('.txt')) found[name] = rig.read(`${dir}/${name}`);
  return found;
}

/** Items of one `exact` map into `set`. */
export const exact = (step: string, ...items: readonly object[]): readonly object[] => [
  { step, into: './set', exact: true, items },
];
