import { defineFailures } from '@dataset-runner/core/plugin';

interface SmallClass {
  readonly class: string;
  readonly items: number;
  readonly groups: number;
}

/** What can be wrong with a split; each is thrown before anything is placed. */
export const splitFailures = defineFailures('split', {
  'duplicate-key': {
    about: 'Two items of a split have the same key.',
    message: (of: { readonly key: string; readonly other: string }) =>
      of.key === of.other
        ? `the key '${of.key}' comes twice`
        : `the keys '${of.key}' and '${of.other}' are the same text in two Unicode forms`,
    hint: () => 'Give every item a key of its own, for example its path below the source folder.',
  },
  'class-too-small': {
    about: 'A class has too few items, or too few groups, for every part to get some.',
    message: (of: { readonly classes: readonly SmallClass[]; readonly parts: readonly string[] }) =>
      `too small for the parts ${of.parts.join(', ')}: ${list(of.classes.map(describeClass))}`,
    hint: () =>
      "Ask for fewer, or choose what becomes of small classes (--small-class, onSmallClass): 'warn' splits them as far as they go, 'all-train' keeps them whole.",
  },
  'sizes-impossible': {
    about: 'The sizes asked of the parts contradict each other or the number of items.',
    message: (of: { readonly why: string }) => of.why,
    hint: () =>
      "A whole number is items per class, a number below 1 a share, { total } a size, 'rest' takes what is left.",
  },
  'part-unknown': {
    about: 'An earlier manifest names a part that this split does not have.',
    message: (of: { readonly part: string; readonly key: string; readonly parts: readonly string[] }) =>
      `the earlier manifest has '${of.key}' in '${of.part}', which is none of ${of.parts.join(', ')}`,
    hint: () => 'Name that part too, or start without the earlier manifest.',
  },
  'group-crosses': {
    about: 'Members of one group would stand in two parts, so the parts would leak into each other.',
    message: (of: { readonly groups: readonly { readonly group: string; readonly parts: readonly string[] }[] }) =>
      `groups in more than one part: ${list(of.groups.map(({ group, parts }) => `'${group}' in ${parts.join(' and ')}`))}`,
    hint: () => 'The earlier manifest was made with other groups; start without it, or group as it did.',
  },
  'pattern-invalid': {
    about: 'The pattern that finds the group in a key is not a regular expression.',
    message: (of: { readonly pattern: string; readonly why: string }) => `'${of.pattern}': ${of.why}`,
  },
  'manifest-invalid': {
    about: 'A line of a split manifest is not what it should be.',
    message: (of: { readonly line: number; readonly why: string }) => `line ${of.line}: ${of.why}`,
  },
});

function describeClass(small: SmallClass): string {
  const groups = small.groups === small.items ? '' : ` in ${small.groups} groups`;
  return `'${small.class}' (${small.items} items${groups})`;
}

/** The first few, then how many more: a failure with 10,000 names helps nobody. */
function list(texts: readonly string[]): string {
  const shown = texts.slice(0, 5).join('; ');
  return texts.length > 5 ? `${shown}; and ${texts.length - 5} more` : shown;
}
