import type { CoreCode, CoreFailure, Problem } from '../../model/failure.ts';

/** One failure of core's catalogue, by its code. */
export type FailureOf<C extends CoreCode> = Extract<CoreFailure, { readonly code: C }>;

/** The words of one code. Titles are one sentence without a full stop; hints say what to do, as whole sentences. */
export interface Words<C extends CoreCode> {
  /** What the code means, for the docs: one sentence that is true of every such failure. */
  readonly means: string;
  title(failure: FailureOf<C>): string;
  /** More facts, a line each, as a label of one word and a text. */
  facts?(failure: FailureOf<C>): readonly (readonly [label: string, text: string])[];
  problems?(failure: FailureOf<C>): readonly Problem[];
  hint?(failure: FailureOf<C>): string;
  /** A stack for the author of a plugin or of core. */
  stack?(failure: FailureOf<C>): string | undefined;
}

/** Words for every code whose domain is `D`; a code without words does not compile. */
export type WordsOf<D extends string> = { readonly [C in Extract<CoreCode, `${D}.${string}`>]: Words<C> };

/** Returns the facts of a remote answer that its operators ask for. */
export function answerFacts(failure: {
  readonly status?: number;
  readonly requestId?: string;
}): (readonly [string, string])[] {
  const facts: (readonly [string, string])[] = [];
  if (failure.status !== undefined) {
    // SFTP counts its answers from 0, HTTP from 100.
    facts.push(['answer', `${failure.status < 100 ? 'SFTP' : 'HTTP'} ${failure.status}`]);
  }
  if (failure.requestId !== undefined) facts.push(['request', failure.requestId]);
  return facts;
}
