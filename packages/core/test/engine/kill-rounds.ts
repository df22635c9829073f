import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { assertEndedOnce, assertTortureOutputs, seeded, tortureRig, worked } from './support.ts';

export interface KillFigures {
  kills: number;
  /** Items whose work was done again although an earlier run had done it (not necessarily recorded it). */
  again: number;
  items: number;
}

/**
 * One round: a 2,000-item run with files, folders and generator rows is killed three times at random moments,
 * then run to its end; everything must be exactly right, and at-end work done once for each start.
 */
export async function killRound(seed: number, signal: 'SIGKILL' | 'SIGINT', figures: KillFigures): Promise<void> {
  await using rig = await tortureRig();
  const random = seeded(seed);
  for (let attempt = 1; attempt <= 3; attempt++) {
    const running = rig.start('run', 'torture:torture', '--id', String(attempt));
    // From the first lines of work on: killing during start-up proves little.
    const until = Math.floor(random() * 2_500);
    await Promise.race([waitForWork(rig.path('work.log'), () => worked(rig).size, until), running.ended]);
    running.process.kill(signal);
    const ended = await running.ended;
    if (ended.signal === signal || ended.code === 130) figures.kills++;
  }
  const before = recorded(rig.path('.runner/state.db'));
  const madeBefore = worked(rig, 'm');
  const last = await rig.runner('run', 'torture:torture', '--id', '4');
  assert.equal(last.code, 0, last.stdout + last.stderr);
  assertTortureOutputs(rig, 2_000);
  assertEndedOnce(rig);
  const after = worked(rig, 'm');
  for (const [line, count] of after) {
    figures.items++;
    figures.again += count - 1;
    const [step, ...rest] = line.split(' ');
    // What was committed is never done twice: the last run did not touch it.
    if (before.has(`${step} ${rest.join(' ')}`))
      assert.equal(count, madeBefore.get(line), `${line} was committed and done again`);
  }
}

async function waitForWork(_file: string, count: () => number, until: number): Promise<void> {
  while (count() < until) await new Promise((resolve) => setTimeout(resolve, 5));
}

// Opened read-only between runs, from outside: what the state says was committed.
function recorded(path: string): Set<string> {
  const db = new DatabaseSync(path, { readOnly: true });
  const rows = db.prepare('SELECT line.step AS step, row.key AS key FROM row JOIN line ON line.id = row.line').all();
  db.close();
  const keys = new Set<string>();
  for (const { step, key } of rows as unknown as { step: string; key: string }[]) {
    if (step === 'make') keys.add(`make ${key}`);
    if (step === 'many' && key.includes('\u001f')) keys.add(`many ${key.replace('\u001fx', ' ')}`);
  }
  return keys;
}
