import type { Problem } from '../../src/model/failure.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';

/** The problems of a thrown failure as `file:line:column path message`. */
export async function problemLines(call: () => unknown): Promise<string[]> {
  const failure = await failureFrom(call);
  if (!('problems' in failure)) throw new Error(`no problems in ${JSON.stringify(failure)}`);
  return failure.problems.map(problemLine);
}

export function problemLine({ file, line, column, path, message }: Problem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return [place, path, message].filter((part) => part !== '').join(' ');
}
