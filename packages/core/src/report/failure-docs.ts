import type { CoreCode } from '../model/failure.ts';
import { failureSamples } from './failure-samples.ts';
import { failureLines } from './failure-text.ts';
import { plainStyle } from './style.ts';
import { catalogueMeanings } from './wording.ts';

// In the order a project is made: what is typed, what is written, what runs, what it touches.
const domains: readonly (readonly [prefix: string, heading: string])[] = [
  ['usage', 'The command line'],
  ['name', 'Names'],
  ['config', 'The project file'],
  ['params', 'Params'],
  ['pipeline', 'Pipelines'],
  ['secret', 'Secrets'],
  ['plugin', 'Plugins'],
  ['sdk', 'Optional packages'],
  ['item', 'Items'],
  ['step', 'Steps'],
  ['task', 'Tasks'],
  ['output', 'Outputs'],
  ['place', 'Published places'],
  ['store', 'Stores'],
  ['state', 'The state of a project'],
  ['run', 'Runs'],
  ['runtime', 'Node'],
  ['bug', 'Bugs'],
];

/** Returns `docs/failures.md`: every code of the catalogue, what it means and how it reads. */
export function failureDocs(): string {
  const meanings = catalogueMeanings();
  const sections = domains.map(([prefix, heading]) => {
    const codes = meanings.filter(({ code }) => code.split('.')[0] === prefix);
    return [`## ${heading}`, ...codes.map(({ code, means }) => entry(code, means))].join('\n\n');
  });
  return `${[
    '# Failures',
    '<!-- Generated from the catalogue; UPDATE_GOLDEN=1 npm test writes it anew. -->',
    'Every trouble that can be expected has a code. It is printed in brackets behind the message, is the `code` of `--json`, and never changes its meaning. Plugins bring failures of their own, with codes that start with a word of theirs.',
    ...sections,
  ].join('\n\n')}\n`;
}

/** Codes whose domain has no heading, so that a new domain is not left out of the docs in silence. */
export function undocumentedCodes(): readonly CoreCode[] {
  const known = new Set(domains.map(([prefix]) => prefix));
  return catalogueMeanings()
    .map(({ code }) => code)
    .filter((code) => !known.has(code.split('.')[0] as string));
}

function entry(code: CoreCode, means: string): string {
  const lines = failureLines(failureSamples[code], { style: plainStyle, width: 100 });
  return [`### \`${code}\``, means, ['```text', ...lines, '```'].join('\n')].join('\n\n');
}
