import { type CommandSpec, jsonFlag, valued } from './command-spec.ts';

const task = { name: 'task', description: 'plugin:task', required: true, completes: 'task' } as const;

/** Commands that show something and change nothing. */
export const lookSpecs: readonly CommandSpec[] = [
  {
    name: 'tasks',
    group: 'look',
    summary: 'List the tasks and pipelines of this project',
    args: [],
    flags: [jsonFlag],
    examples: ['runner tasks'],
  },
  {
    name: 'explain',
    group: 'look',
    summary: 'Show where each param of a task gets its value, and its steps',
    args: [{ ...task, description: 'plugin:task, or the name of a pipeline', completes: 'target' }],
    flags: [jsonFlag],
    examples: ['runner explain diatom:build', 'runner explain diatom:build --seed 2'],
  },
  {
    name: 'why',
    group: 'look',
    summary: 'Say why items of a task would run now',
    args: [task, { name: 'item', description: 'The key of one item', required: false }],
    flags: [jsonFlag],
    examples: ['runner why diatom:build', 'runner why diatom:build amphora'],
  },
  {
    name: 'runs',
    group: 'look',
    summary: 'List the latest runs',
    args: [],
    flags: [valued('limit', 'How many', { type: 'integer', default: 20 }), jsonFlag],
    examples: ['runner runs --limit 5'],
  },
  {
    name: 'logs',
    group: 'look',
    summary: 'Show the failures and the log lines of a run',
    args: [{ name: 'run', description: 'Its number; the last run when left out', required: false }],
    flags: [
      valued('item', 'Only items whose key holds this text', { type: 'string' }),
      valued('limit', 'At most so many failures and lines', { type: 'integer', default: 1000 }),
      jsonFlag,
    ],
    examples: ['runner logs', 'runner logs 12 --item amphora'],
  },
  {
    name: 'provenance',
    group: 'look',
    summary: 'Print what a run was made from, as JSON',
    args: [{ name: 'run', description: 'Its number', required: true }],
    flags: [],
    examples: ['runner provenance 12 > provenance.json'],
  },
  {
    name: 'doctor',
    group: 'look',
    summary: 'Check this machine, the project, its plugins and stores',
    args: [],
    flags: [jsonFlag],
    examples: ['runner doctor'],
  },
];
