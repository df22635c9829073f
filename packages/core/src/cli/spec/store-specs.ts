import { type CommandSpec, jsonFlag, toggle, valued } from './command-spec.ts';

const place = {
  name: 'place',
  description: 'A folder, a store URL or a place such as cloud:sets',
  required: true,
  completes: 'file',
} as const;

const from = { ...place, name: 'from', description: 'A file or a folder' };
const to = { ...place, name: 'to', description: 'Its new path or URL' };

const compareFlag = (how: 'time' | 'checksum') =>
  valued(
    'compare',
    'What makes two files the same: size and time (of a single file: its bytes), size alone, or their bytes',
    {
      type: 'enum',
      choices: ['time', 'size', 'checksum'],
      default: how,
    },
  );

/** Of the commands that copy. */
const transferFlags = [
  toggle('dry-run', 'Show what would be done; change nothing', { short: 'n' }),
  toggle('verify', 'Read back everything that was written'),
  valued('bandwidth-limit', 'Bytes per second over all files, such as 500k or 10M', { type: 'string' }),
  valued('jobs', 'Files at once, 16 by default', { type: 'integer', short: 'j' }),
  toggle('no-wait', 'Fail when another runner writes to the same place'),
  jsonFlag,
  toggle('quiet', 'No progress; only failures and the summary', { short: 'q' }),
];

const overwriteFlag = toggle('overwrite', 'Replace files that are there and differ');

/** Commands on stores; they work outside a project too. */
export const storeSpecs: readonly CommandSpec[] = [
  {
    name: 'store ls',
    group: 'store',
    summary: 'List the files of a place',
    args: [place],
    flags: [
      toggle('recursive', 'Every file below, not one level', { short: 'r' }),
      toggle('long', 'With times, and the digests that the service tells', { short: 'l' }),
      jsonFlag,
    ],
    examples: ['runner store ls cloud:sets', 'runner store ls s3://bucket/raw --recursive --long'],
  },
  {
    name: 'store du',
    group: 'store',
    summary: 'Sum up the files and bytes of a place, folder by folder',
    args: [place],
    flags: [valued('depth', 'Folders so many levels deep', { type: 'integer', default: 1 }), jsonFlag],
    examples: ['runner store du cloud:sets', 'runner store du s3://bucket --depth 2'],
  },
  {
    name: 'store cat',
    group: 'store',
    summary: 'Print a file, or some bytes of it',
    args: [{ ...place, name: 'file', description: 'Its path or URL' }],
    flags: [valued('range', 'First and last byte: 0-99, 100-, or -100 for the last 100', { type: 'string' })],
    examples: ['runner store cat cloud:sets/dataset.json', 'runner store cat cloud:sets/train.zip --range 0-3'],
  },
  {
    name: 'store cp',
    group: 'store',
    summary: 'Copy a file, or a folder with all that is in it',
    description:
      'Files that are there already are left; files that are there and differ fail, unless --overwrite replaces them. Every file appears whole. A copy that was stopped or killed goes on with the same command.',
    args: [from, to],
    flags: [overwriteFlag, compareFlag('time'), ...transferFlags],
    examples: ['runner store cp ./sets cloud:sets', 'runner store cp cloud:sets/train.zip .'],
  },
  {
    name: 'store mv',
    group: 'store',
    summary: 'Move a file, or a folder with all that is in it',
    description:
      'Copies as cp does. Only when every file is in its new place are the old ones removed, and of these only what has not changed meanwhile.',
    args: [from, to],
    flags: [overwriteFlag, compareFlag('checksum'), ...transferFlags],
    examples: ['runner store mv cloud:drafts/2026 cloud:sets/2026'],
  },
  {
    name: 'store sync',
    group: 'store',
    summary: 'Make one place like another, copying only what is missing or different',
    description:
      'Lists both places once, and asks nothing more of files that are the same. Files that differ are replaced, unless they change while the command runs. Nothing is removed without --delete, and nothing at all when a file failed. A sync that was stopped or killed goes on with the same command.',
    args: [
      { ...place, name: 'from' },
      { ...place, name: 'to' },
    ],
    flags: [toggle('delete', 'Remove files that only the target has'), compareFlag('time'), ...transferFlags],
    examples: [
      'runner store sync ./sets cloud:sets --dry-run',
      'runner store sync cloud:sets s3://bucket/sets --delete',
    ],
  },
  {
    name: 'store rm',
    group: 'store',
    summary: 'Remove a file, or with --recursive everything below a place',
    args: [place],
    flags: [
      toggle('recursive', 'Everything below', { short: 'r' }),
      toggle('dry-run', 'Only say what would be removed', { short: 'n' }),
    ],
    examples: ['runner store rm cloud:sets/old.zip', 'runner store rm cloud:drafts --recursive --dry-run'],
  },
  {
    name: 'store check',
    group: 'store',
    summary: 'Compare two places: which files are missing, differ or are extra',
    description: 'Ends with 1 when there is a difference. Changes nothing.',
    args: [
      { ...place, name: 'from', description: 'A file or a folder' },
      { ...place, name: 'to', description: 'What it is compared with' },
    ],
    flags: [compareFlag('time'), jsonFlag],
    examples: ['runner store check ./sets cloud:sets --compare checksum'],
  },
  {
    name: 'store check-access',
    group: 'store',
    summary: 'Say what you may do in a place: list, write, read, replace, remove',
    description: 'Tries each with a small file of its own, which it removes again.',
    args: [place],
    flags: [jsonFlag],
    examples: ['runner store check-access cloud:sets'],
  },
];
