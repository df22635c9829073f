import { defineStep, type FileRef, type Tools } from '@dataset-runner/core/plugin';
import { checkSeabass } from '../seabass/check-seabass.ts';
import { type Finding, mostSerious } from '../seabass/finding.ts';

/** What was found in one file; of very many findings the most serious. */
export interface CheckedSb {
  readonly key: string;
  readonly errors: number;
  readonly warnings: number;
  readonly findings: readonly Finding[];
}

/** What files are checked against. */
export interface SbRules {
  /** YYYYMMDD. */
  readonly today: string;
  readonly fcheck: FileRef | null;
  readonly dataTypes: readonly string[];
}

const kept = 1_000;

/** Checks one SeaBASS file. What is wrong with it is its result, never a failure. */
export const checkSbFile = defineStep({
  name: 'check-sb-file',
  // 2: more rules, and errors before warnings where there are very many.
  // 3: what is no date is before and after nothing; a file without rows has an error.
  version: 3,
  needs: { cpu: true },
  open: async ({ fcheck }: SbRules, { bytes }): Promise<string | undefined> =>
    fcheck === null ? undefined : Buffer.from(await bytes(fcheck)).toString('utf8'),
  async work(file: FileRef, { bytes, uses, opened }: Tools<SbRules, string | undefined>): Promise<CheckedSb> {
    const name = file.key.slice(file.key.lastIndexOf('/') + 1);
    const { today, dataTypes } = uses;
    const findings = checkSeabass(await bytes(file), { name, today, fcheck: opened, dataTypes });
    const count = (severity: Finding['severity']): number => findings.filter((one) => one.severity === severity).length;
    return { key: file.key, errors: count('error'), warnings: count('warning'), findings: mostSerious(findings, kept) };
  },
});
