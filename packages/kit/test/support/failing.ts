import assert from 'node:assert/strict';
import { failureOf, type Failure } from '@dataset-runner/core/plugin';

/** Awaits work that must fail with a failure of the catalogue, and returns that failure. */
export async function failing(work: Promise<unknown>): Promise<Failure> {
  const error = await work.then(
    () => assert.fail('it did not fail'),
    (thrown: unknown) => thrown,
  );
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  return failure;
}

/** The code and the words of a failure, for one assertion. */
export async function failingText(work: Promise<unknown>): Promise<string> {
  const failure = await failing(work);
  return `${failure.code}: ${'message' in failure ? failure.message : ''}`;
}
