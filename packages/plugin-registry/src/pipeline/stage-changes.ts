import { sameValue, type Value, type ValueMap } from '../formats/value.ts';
import type { Hashed } from '../formats/stage-file.ts';
import type { LockEntry, LockedPath } from './lock-file.ts';
import { isCallback, type Stage } from './stage.ts';

/** Why a stage has to run: what differs from its entry in `dvc.lock`. */
export interface StageChange {
  readonly kind: 'new' | 'always' | 'forced' | 'cmd' | 'dep' | 'param' | 'out';
  /** The path, or `params.yaml:name`; the stage itself for the rest. */
  readonly what: string;
  readonly how: 'new' | 'modified' | 'deleted' | 'not in cache' | 'always';
}

/** What lies at the stage's paths now, as written in dvc.yaml; a path where nothing is has no entry. */
export interface StageNow {
  readonly deps: ReadonlyMap<string, Hashed>;
  /** By file, the names the stage tracks; a name that is not there has no entry. */
  readonly params: ReadonlyMap<string, ValueMap>;
  readonly outs: ReadonlyMap<string, Hashed>;
  /** Whether all bytes of an output of the lock lie in the cache. */
  readonly isCached: (out: LockedPath) => boolean;
}

/** Compares as DVC does: command, dependencies and parameters, outputs; empty when the stage is up to date. */
export function changesOf(stage: Stage, locked: LockEntry | undefined, now: StageNow): StageChange[] {
  const always: StageChange = { kind: 'always', what: stage.address, how: 'always' };
  if (stage.alwaysChanged || isCallback(stage)) return [always];
  if (locked === undefined) return [{ kind: 'new', what: stage.address, how: 'new' }];
  return [
    ...(sameCommand(stage.cmd, locked.cmd) ? [] : [{ kind: 'cmd', what: stage.address, how: 'modified' } as const]),
    ...depChanges(stage, locked, now),
    ...paramChanges(stage, now.params, locked.params),
    ...outChanges(stage, locked, now),
  ];
}

/** `dep data/inputs is modified`. */
export function describeChange({ kind, what, how }: StageChange): string {
  if (kind === 'always') return 'it always runs';
  if (kind === 'forced') return 'forced';
  if (kind === 'new') return 'it never ran';
  return kind === 'cmd' ? 'its command is another' : `${kind} ${what} is ${how}`;
}

function depChanges(stage: Stage, locked: LockEntry, now: StageNow): StageChange[] {
  return stage.deps.flatMap(({ path }): StageChange[] => {
    const before = locked.deps.find((dep) => dep.path === path);
    const here = now.deps.get(path);
    if (here === undefined) return [{ kind: 'dep', what: path, how: 'deleted' }];
    if (before?.md5 === undefined) return [{ kind: 'dep', what: path, how: 'new' }];
    return here.md5 === before.md5 ? [] : [{ kind: 'dep', what: path, how: 'modified' }];
  });
}

function paramChanges(
  stage: Stage,
  now: ReadonlyMap<string, ValueMap>,
  locked: ReadonlyMap<string, ValueMap>,
): StageChange[] {
  return [...now].flatMap(([file, values]): StageChange[] => {
    const named = stage.params.find(({ path }) => path === file)?.names ?? [];
    // A name that the stage does not ask for any more is no reason to run it, as in DVC.
    const isAsked = (name: string): boolean => named.length === 0 || named.includes(name);
    const before = locked.get(file) ?? new Map<string, Value>();
    const change = (name: string, how: StageChange['how']): StageChange => ({
      kind: 'param',
      what: `${file}:${name}`,
      how,
    });
    return [
      ...[...values].flatMap(([name, value]) => {
        if (!before.has(name)) return [change(name, 'new')];
        return sameValue(value, before.get(name)) ? [] : [change(name, 'modified')];
      }),
      ...[...before.keys()].filter((name) => !values.has(name) && isAsked(name)).map((name) => change(name, 'deleted')),
    ];
  });
}

function outChanges(stage: Stage, locked: LockEntry, now: StageNow): StageChange[] {
  return stage.outs.flatMap(({ path, cache }): StageChange[] => {
    const before = locked.outs.find((out) => out.path === path);
    const here = now.outs.get(path);
    const change = (how: StageChange['how']): StageChange[] => [{ kind: 'out', what: path, how }];
    if (before?.md5 === undefined) return change(here === undefined ? 'deleted' : 'new');
    if (cache && !now.isCached(before)) return change('not in cache');
    if (here === undefined) return change('deleted');
    return here.md5 === before.md5 ? [] : change('modified');
  });
}

function sameCommand(a: LockEntry['cmd'], b: LockEntry['cmd']): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.length === b.length && a.every((line, at) => line === b[at]);
}
