import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRig, type ProjectRig } from '../../src/testing/project-rig.ts';

/** A temporary project with the torture plugin; its work is written to `work.log` outside the runner. */
export async function tortureRig(config = ''): Promise<ProjectRig> {
  const plugin = readFileSync(new URL('./fixtures/torture.ts', import.meta.url), 'utf8');
  const rig = await createRig({
    config: `plugins: [./torture.ts]\n${config}`,
    files: { 'torture.ts': plugin, 'work.log': '' },
    env: { WORKLOG: './work.log' },
  });
  return rig;
}

/** How often each line was written to the work log. */
export function worked(rig: ProjectRig, prefix = ''): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of rig.read('work.log').split('\n')) {
    if (line !== '' && line.startsWith(prefix)) counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return counts;
}

/** Fails unless the torture task's outputs are exactly right and nothing half-made lies anywhere. */
export function assertTortureOutputs(rig: ProjectRig, n: number): void {
  for (let i = 0; i < n; i++) {
    const text = `hello ${i} `.repeat(300);
    assert.equal(rig.read(`out/f${i}.txt`), text, `out/f${i}.txt`);
    for (let part = 0; part < 3; part++) assert.equal(rig.read(`folders/d/f${i}.txt/${part}.txt`), text.slice(part));
  }
  for (let m = 0; m < 5; m++) for (let i = 0; i < 100; i++) assert.equal(rig.read(`many/m${m}-${i}.txt`), `x${i}`);
  assert.equal(readdirSync(rig.path('out')).length, n, 'out holds its files and nothing else');
  assert.equal(readdirSync(rig.path('folders/d')).length, n);
  assert.equal(readdirSync(rig.path('many')).length, 500);
  assertNoStaging(rig);
}

export function assertNoStaging(rig: ProjectRig): void {
  const left = readdirSync(rig.dir, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.includes('.runner-staging') && !name.startsWith('node_modules'),
  );
  assert.deepEqual(left, []);
  for (const name of ['.spool', '.scratch']) {
    const dir = join(rig.dir, '.runner/work', name);
    if (existsSync(dir)) assert.deepEqual(readdirSync(dir), []);
  }
}

/** Every run that started has run its at-end work exactly once. */
export function assertEndedOnce(rig: ProjectRig): void {
  const log = worked(rig);
  const started = [...log.keys()].filter((line) => line.startsWith('started '));
  assert.ok(started.length > 0);
  for (const line of started) assert.equal(log.get(line.replace('started', 'stop')), 1, `${line} was stopped once`);
}

/** A seeded sequence of numbers in [0, 1); tests that kill at random moments must be repeatable in their choice. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The counts of one map in a run's report. */
export function countsOf(report: Record<string, unknown>, name: string): Record<string, unknown> {
  const maps = report['maps'] as readonly { readonly name: string; readonly counts: Record<string, unknown> }[];
  const map = maps.find((candidate) => candidate.name === name);
  assert.ok(map !== undefined, `the report has a map ${name}: ${JSON.stringify(report)}`);
  return map.counts;
}
