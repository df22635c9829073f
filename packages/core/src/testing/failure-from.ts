import assert from 'node:assert/strict';
import { failureOf, type Failure } from '../model/failure.ts';

/** The failure of a call that must fail; anything else thrown, or success, fails the case. */
export async function failureFrom(work: () => unknown): Promise<Failure> {
  try {
    await work();
  } catch (error) {
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    return failure;
  }
  throw new assert.AssertionError({ message: 'it succeeded, but it must fail' });
}
