import type { Reason } from '../model/event.ts';
import { type Change, changesBetween } from './item-changes.ts';
import { shownKey } from '../lib/shown-key.ts';

/** Returns the few words for why an item runs, for tables: `new`, `item changed: seed`. */
export function reasonWords(reason: Reason): string {
  switch (reason.because) {
    case 'new':
      return 'new';
    case 'item': {
      const paths = changedPaths(reason.before, reason.after);
      if (paths === '') return 'item changed';
      return paths.startsWith('in ') ? `item changed ${paths}` : `item changed: ${paths}`;
    }
    case 'version':
      return `step version ${reason.before} is now ${reason.after}`;
    case 'uses':
      return 'what it uses changed';
    case 'output':
      return `output ${reason.what === 'missing' ? 'missing' : 'changed'}: ${shownKey(reason.key)}`;
    case 'released':
      return `output released by clean: ${shownKey(reason.key)}`;
    case 'forced':
      return 'forced';
    case 'always':
      return 'always runs';
    case 'up to date':
      return 'up to date';
  }
}

/** Returns what is particular to one item's reason beyond its kind: the params or fields, the output's name. */
export function reasonDetail(reason: Reason): string {
  switch (reason.because) {
    case 'item':
    case 'uses':
      return changedPaths(reason.before, reason.after);
    case 'version':
      return `${reason.before} is now ${reason.after}`;
    case 'output':
    case 'released':
      return shownKey(reason.key);
    case 'new':
    case 'forced':
    case 'always':
    case 'up to date':
      return '';
  }
}

// One name says it; three are still readable; beyond that the number is the message.
function changedPaths(before: string, after: string): string {
  const paths = changesBetween(before, after)?.map((change) => change.path) ?? [];
  return paths.length <= 3 ? paths.join(', ') : `in ${paths.length} places`;
}

/** Returns what a group of items with the same kind of reason has in common, for counts. */
export function reasonGroup(because: Reason['because']): string {
  switch (because) {
    case 'new':
      return 'new';
    case 'item':
      return 'item changed';
    case 'version':
      return 'newer step version';
    case 'uses':
      return 'what they use changed';
    case 'output':
      return 'output missing or changed';
    case 'released':
      return 'output released by clean';
    case 'forced':
      return 'forced';
    case 'always':
      return 'always run';
    case 'up to date':
      return 'up to date';
  }
}

/**
 * Returns what changed, path by path, or undefined when the reason has no before and after, or they were too
 * long to be kept.
 */
export function reasonChanges(reason: Reason): readonly Change[] | undefined {
  return reason.because === 'item' || reason.because === 'uses'
    ? changesBetween(reason.before, reason.after)
    : undefined;
}
