import { setTimeout as sleep } from 'node:timers/promises';
import { fail } from '../model/failure.ts';
import { type Lock, tryLock } from './lock.ts';
import type { LineId, State } from './state.ts';

// A second runner goes on this much later, for each line it waits for in turn.
const pollMs = 25;

/**
 * Takes a line for one run, waiting for a live holder and naming it through `onWait` (called once).
 *
 * Throws `state.held` at once when `wait` is false, and `state.deadlock` when the holder itself waits (over
 * any number of runs) for a line this run has; `run.interrupted` when `signal` ends the wait. The kernel tells nobody that a lock is free, so this looks every 25 ms,
 * which costs a waiting run about 1 % of a processor.
 */
export async function holdLine(
  state: State,
  line: LineId,
  run: number,
  options: { readonly wait: boolean; readonly signal: AbortSignal; readonly onWait: (holder: string) => void },
): Promise<Lock> {
  let told = false;
  for (;;) {
    const lock = tryLock(state.locksDir, `line-${line.id}`);
    if (lock !== undefined) {
      state.db.prepare('UPDATE line SET holder = ? WHERE id = ?').run(run, line.id);
      if (told) state.db.prepare('UPDATE run SET waits = NULL WHERE id = ?').run(run);
      return lock;
    }
    const holder = holderOf(state, line.id);
    const name = describeLine(line);
    if (!options.wait) throw fail('state.held', { line: name, holder: holder?.holder ?? 'another process' });
    if (!told) {
      told = true;
      state.db.prepare('UPDATE run SET waits = ? WHERE id = ?').run(line.id, run);
      options.onWait(holder?.holder ?? 'another process');
    }
    if (waitsForUs(state, line.id, run))
      throw fail('state.deadlock', { line: name, holder: holder?.holder ?? 'another process' });
    await sleep(pollMs, undefined, { signal: options.signal }).catch(() => {
      throw fail('run.interrupted', { done: 0 });
    });
  }
}

export function describeLine(line: LineId): string {
  return `${line.plugin}:${line.step} in ${line.place}`;
}

interface Holder {
  readonly id: number;
  readonly holder: string;
  readonly waits: number | null;
}

function holderOf(state: State, line: number): Holder | undefined {
  const sql = 'SELECT run.id, run.holder, run.waits FROM line JOIN run ON run.id = line.holder WHERE line.id = ?';
  return state.db.prepare(sql).get(line) as unknown as Holder | undefined;
}

// Follows holder -> line it waits for -> that line's holder; coming back to our run means nobody can go on.
function waitsForUs(state: State, line: number, run: number): boolean {
  let current: number | null = line;
  for (let steps = 0; current !== null && steps < 100; steps++) {
    const holder: Holder | undefined = holderOf(state, current);
    if (holder === undefined) return false;
    if (holder.id === run) return true;
    current = holder.waits;
  }
  return false;
}
