import type { At, CoreCode, CoreFailure, Failure, Problem } from '../model/failure.ts';
import { shownText } from '../lib/shown-key.ts';
import { configWords } from './wording/config-words.ts';
import { outputWords } from './wording/output-words.ts';
import { pluginWords } from './wording/plugin-words.ts';
import { storeWords } from './wording/store-words.ts';
import type { Words } from './wording/words.ts';
import { workWords } from './wording/work-words.ts';

/** The words for every code of the catalogue; this does not compile while a code has none. */
const words: { readonly [C in CoreCode]: Words<C> } = {
  ...configWords,
  ...pluginWords,
  ...workWords,
  ...outputWords,
  ...storeWords,
};

/** A failure in words, before it is laid out. */
export interface Wording {
  readonly code: string;
  /** One sentence without a full stop. */
  readonly title: string;
  readonly facts: readonly (readonly [label: string, text: string])[];
  readonly problems: readonly Problem[];
  /** Task, step and item, or undefined when nothing of it is known. */
  readonly where?: string;
  /** `file:line:column`, as editors open it. */
  readonly position?: string;
  readonly hint?: string;
  readonly stack?: string;
  readonly cause?: Wording;
}

/** Returns the words of a failure: what, where, what to do. */
export function wordFailure(failure: Failure): Wording {
  const where = failure.at === undefined ? undefined : wordPlace(failure.at);
  const position = failure.at === undefined ? undefined : wordPosition(failure.at);
  return shown({
    ...own(failure),
    ...(where === undefined ? {} : { where }),
    ...(position === undefined ? {} : { position }),
    // What the place of the failure knew to say beats what can be said of its code in general.
    ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    ...(failure.cause === undefined ? {} : { cause: wordFailure(failure.cause) }),
  });
}

/** Returns the one sentence of a failure, for lists and logs. */
export function failureTitle(failure: Failure): string {
  return shownText(own(failure).title);
}

// Servers, file names and plugins have their words in failures: what a terminal would obey is escaped in all of them.
function shown<T>(value: T): T {
  if (typeof value === 'string') return shownText(value) as T;
  if (Array.isArray(value)) return value.map((part: unknown) => shown(part)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]): [string, unknown] => [name, shown(part)])) as T;
}

/** Every code of the catalogue with its meaning, in alphabetical order. */
export function catalogueMeanings(): readonly { readonly code: CoreCode; readonly means: string }[] {
  return (Object.keys(words) as CoreCode[]).toSorted().map((code) => ({ code, means: words[code].means }));
}

/** The words of the code itself, without those of its place. */
type OwnWording = Omit<Wording, 'where' | 'position' | 'cause'>;

/** Plugins' failures carry their words, core's are looked up. */
function own(failure: Failure): OwnWording {
  if ('pluginFailure' in failure) {
    return { code: failure.code, title: failure.message, facts: detailFacts(failure.details), problems: [] };
  }
  const spoken = words[failure.code] as Words<CoreCode> | undefined;
  // A run recorded by a newer runner may hold codes that this one has never heard of.
  if (spoken === undefined) return unknownCode(failure);
  const hint = spoken.hint?.(failure);
  const stack = spoken.stack?.(failure);
  return {
    code: failure.code,
    title: spoken.title(failure),
    facts: spoken.facts?.(failure) ?? [],
    problems: spoken.problems?.(failure) ?? [],
    ...(hint === undefined ? {} : { hint }),
    ...(stack === undefined ? {} : { stack }),
  };
}

function unknownCode(failure: CoreFailure): OwnWording {
  return { code: failure.code, title: `A failure that this version does not know`, facts: [], problems: [] };
}

// The author's message should say it all; short plain details are shown so that nothing recorded is out of reach.
function detailFacts(details: { readonly [key: string]: unknown }): (readonly [string, string])[] {
  return Object.entries(details)
    .filter(
      ([, value]) => typeof value === 'number' || (typeof value === 'string' && value !== '' && value.length <= 200),
    )
    .map(([key, value]) => [key, String(value)] as const);
}

/** From the widest to the narrowest: task, step, item, URL. */
function wordPlace(at: At): string | undefined {
  const task =
    at.task === undefined || at.plugin === undefined || at.task.includes(':') ? at.task : `${at.plugin}:${at.task}`;
  const step = at.step === undefined ? undefined : `step ${at.step}`;
  const item = at.item === undefined ? undefined : `item ${at.item}`;
  const parts = [task ?? at.plugin, step, item, at.url].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(', ');
}

function wordPosition(at: At): string | undefined {
  if (at.file === undefined) return undefined;
  if (at.line === undefined) return at.file;
  return at.column === undefined ? `${at.file}:${at.line}` : `${at.file}:${at.line}:${at.column}`;
}
