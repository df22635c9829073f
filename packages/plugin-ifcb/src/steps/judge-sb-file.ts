import { defineStep } from '@dataset-runner/core/plugin';
import { seabassFailures } from '../seabass/failures.ts';
import type { CheckedSb } from './check-sb-file.ts';

/** Fails a file that has errors, and writes all that was found in it to the log. */
export const judgeSbFile = defineStep({
  name: 'judge-sb-file',
  // It only says what another step found; a row of it would say nothing more.
  cache: false,
  async work({ key, errors, findings }: CheckedSb, { log }): Promise<null> {
    const lines = findings.map((one) => `${key}:${one.line}: ${one.severity} ${one.rule}: ${one.message}`);
    for (const line of lines) log(line);
    const first = lines[findings.findIndex(({ severity }) => severity === 'error')];
    if (first !== undefined) throw seabassFailures['seabass-invalid']({ first, others: errors - 1 });
    return null;
  },
});
