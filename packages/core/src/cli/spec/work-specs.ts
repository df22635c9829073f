import { type CommandSpec, jsonFlag, toggle, valued } from './command-spec.ts';

/** The flags of `run` itself; a task's params come before them. */
export const runFlags = [
  toggle('dry-run', 'Show what would run and why; change nothing', { short: 'n' }),
  toggle('force', 'Run items that are up to date too'),
  valued('jobs', 'Items worked on at once', { type: 'integer', short: 'j' }),
  valued('on-failure', 'When an item fails: finish the others, or stop', {
    type: 'enum',
    choices: ['finish', 'stop'],
    default: 'finish',
  }),
  toggle('overwrite', 'Replace files in the way that this project did not make'),
  toggle('no-wait', 'Fail when another runner works on the same place'),
  toggle('verify', 'Compare contents where sizes and versions would do'),
  jsonFlag,
  toggle('quiet', 'No progress; only failures and the summary', { short: 'q' }),
];

/** Commands that do the work. */
export const workSpecs: readonly CommandSpec[] = [
  {
    name: 'run',
    group: 'work',
    summary: 'Run a task or a pipeline; only what changed is done',
    description:
      'Runs every item that is new or changed, and nothing else. A run that was stopped or killed goes on where it was when the same command is given again.',
    args: [
      { name: 'task', description: 'plugin:task, or the name of a pipeline', required: true, completes: 'target' },
    ],
    flags: runFlags,
    examples: ['runner run diatom:build --dry-run', 'runner run weekly', 'runner diatom:build --test-count 20'],
  },
  {
    name: 'verify',
    group: 'work',
    summary: 'Check that a published place still is what was published',
    args: [
      {
        name: 'place',
        description: 'A folder, a store URL or a place such as cloud:sets',
        required: true,
        completes: 'file',
      },
    ],
    flags: [jsonFlag],
    examples: ['runner verify cloud:sets/2026'],
  },
  {
    name: 'clean',
    group: 'work',
    summary: 'Free the room that finished work takes under .runner',
    description:
      'Removes intermediate files (places that start with work:), half-done downloads and spooled uploads. What is done stays done; a file is only made again when later work needs it. Published files and the records of runs are kept.',
    args: [],
    flags: [
      toggle('at-end', 'Instead give up what earlier runs were to do at their end and cannot, as stopping a machine'),
      toggle('dry-run', 'Only say what would be removed', { short: 'n' }),
      jsonFlag,
    ],
    examples: ['runner clean --dry-run', 'runner clean --at-end --dry-run'],
  },
];
