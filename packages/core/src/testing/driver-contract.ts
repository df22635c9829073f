import assert from 'node:assert/strict';
import { failureOf, type Failure } from '../model/failure.ts';
import { changingCases } from './contract/changing.ts';
import {
  listAll,
  NotApplicable,
  readAll,
  type ContractCase,
  type ContractSizes,
  type OpenedForContract,
} from './contract/contract-case.ts';
import { listingCases } from './contract/listing.ts';
import { readingCases } from './contract/reading.ts';
import { unkindCases, type UnkindCase } from './contract/unkind.ts';
import { visibleCases } from './contract/visible.ts';
import { writingCases } from './contract/writing.ts';
import { failureFrom } from './failure-from.ts';
import type { UnkindHttp } from './unkind-http.ts';

export type { OpenedForContract } from './contract/contract-case.ts';

export interface DriverContractOptions extends Partial<ContractSizes> {
  /** Opens a store in an empty place of its own; called once per case. */
  open(): Promise<OpenedForContract>;
  /** Only the reading cases; `open` must then give `seed`. */
  readonly readOnly?: boolean;
  /** Stores whose service answers in one way, to every request; each must fail with its own code. */
  readonly troubled?: { readonly [C in TroubledCode]?: () => Promise<OpenedForContract> };
  /** Per case. Default 30,000. */
  readonly timeoutMs?: number;
  /** Opens a store whose requests all go through the proxy, for the cases of bad days. */
  readonly unkind?: () => Promise<OpenedForContract & { readonly proxy: UnkindHttp }>;
  /** Told what came of the suite, when all its cases have run. */
  readonly onResult?: (result: ContractResult) => void;
  /** Titles of cases this service cannot pass, each with the reason; they are reported as skipped. */
  readonly cannot?: { readonly [title: string]: string };
}

/** What came of a contract: how many cases passed and failed, and which had nothing to ask of this service. */
export interface ContractResult {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: readonly { readonly title: string; readonly reason: string }[];
}

/** Codes people act on differently, so a driver must not take one for another. */
export type TroubledCode = Extract<
  Failure['code'],
  | 'store.denied'
  | 'store.no-bucket'
  | 'store.address'
  | 'store.unavailable'
  | 'store.throttled'
  | 'store.full'
  | 'store.locked'
  | 'store.broken'
>;

/**
 * Registers the contract every kind of store must keep, as a suite of mocha's `describe` and `it`.
 *
 * Call it in a test file, once per service: `driverContract('my store', { open })`.
 */
export function driverContract(name: string, options: DriverContractOptions): void {
  const { describe, it, after } = globalThis as unknown as MochaGlobals;
  const sizes = { listFiles: options.listFiles ?? 50, bigBytes: options.bigBytes ?? 2_500_000 };
  const cases = casesOf(options, sizes);
  const result = { name, passed: 0, failed: 0, notApplicable: [] as { title: string; reason: string }[] };
  describe(`${name} keeps the driver contract`, function () {
    this.timeout(options.timeoutMs ?? 30_000);
    for (const { title, run } of cases) {
      it(title, async function () {
        let reason = options.cannot?.[title];
        if (reason === undefined) {
          result.failed++;
          reason = await reasonAgainst(run);
          result.failed--;
        }
        if (reason === undefined) result.passed++;
        else {
          result.notApplicable.push({ title, reason });
          skip(this, reason);
        }
      });
    }
    it('knows every case it is said not to pass', () => {
      const titles = new Set(cases.map(({ title }) => title));
      for (const title of Object.keys(options.cannot ?? {}))
        assert.ok(titles.has(title), `there is no case "${title}"`);
    });
    after(() => options.onResult?.(result));
  });
}

interface RunnableCase {
  readonly title: string;
  readonly run: () => Promise<void>;
}

function casesOf(options: DriverContractOptions, sizes: ContractSizes): RunnableCase[] {
  const isReadOnly = options.readOnly === true;
  const writing = [...listingCases, ...writingCases, ...changingCases, ...visibleCases];
  const cases = [...readingCases, ...(isReadOnly ? [readOnlyCase] : writing)];
  return [
    ...[...cases, ...troubledCases(options)].map((one) => ({
      title: one.title,
      run: () => runCase(one, options, sizes),
    })),
    ...(options.unkind === undefined ? [] : unkindCases).map((one) => ({
      title: one.title,
      run: () => runUnkind(one, options.unkind),
    })),
  ];
}

/** Runs a case to its end; the reason why it has nothing to ask of this store, or undefined when it passed. */
async function reasonAgainst(run: () => Promise<void>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (error instanceof NotApplicable) return error.message;
    // A failure's stack says little and its details say all.
    const failure = failureOf(error);
    throw failure === undefined ? error : new Error(JSON.stringify(failure), { cause: error });
  }
}

async function runUnkind(one: UnkindCase, open: DriverContractOptions['unkind']): Promise<void> {
  const opened = await open?.();
  if (opened === undefined) return;
  try {
    await one.run(opened.store, opened.proxy);
  } finally {
    opened.proxy.unkind = () => undefined;
    await opened.dispose();
  }
}

async function runCase(one: ContractCase, options: DriverContractOptions, sizes: ContractSizes): Promise<void> {
  const opened = await options.open();
  const { store } = opened;
  try {
    const put = async (key: string, bytes: Uint8Array): Promise<void> => {
      if (opened.seed === undefined) await store.write(key, bytes);
      else await opened.seed(key, bytes);
    };
    await one.run({ store, sizes, put });
  } finally {
    await opened.dispose();
  }
}

const readOnlyCase: ContractCase = {
  title: 'refuses to write, by name',
  async run({ store }) {
    const calls = [
      () => store.write('a', new Uint8Array()),
      () => store.remove(['a']),
      () => store.move('a', 'b', { overwrite: true }),
    ];
    for (const call of calls) assert.equal((await failureFrom(call)).code, 'store.read-only');
  },
};

/** Trouble must be told apart for every method: a listing that takes "denied" for "empty" loses a dataset. */
function troubledCases(options: DriverContractOptions): ContractCase[] {
  return Object.entries(options.troubled ?? {}).map(([code, open]) => ({
    title: `says ${code} when the service does`,
    async run() {
      const { store, dispose } = await (open as () => Promise<OpenedForContract>)();
      try {
        const calls: (() => Promise<unknown>)[] = [
          () => store.stat('a/b'),
          async () => readAll(await store.read('a/b')),
        ];
        if (store.can.list) calls.push(() => listAll(store, 'a/'));
        if (store.can.write) calls.push(() => store.write('a/b', Buffer.from('x')));
        if (store.can.remove) calls.push(() => store.remove(['a/b']));
        if (store.can.copy) calls.push(() => store.copy('a/b', 'a/c'));
        if (store.can.move) calls.push(() => store.move('a/b', 'a/c', { overwrite: true }));
        // A full disk still reads; only writing shows it.
        const tried = code === 'store.full' ? calls.slice(store.can.list ? 3 : 2).slice(0, 1) : calls;
        for (const call of tried) assert.equal((await failureFrom(call)).code, code, String(call));
      } finally {
        await dispose();
      }
    },
  }));
}

// Only what is used: this file is built without mocha's types, which authors may not have either.
interface MochaGlobals {
  readonly describe: (title: string, body: (this: { timeout(ms: number): unknown }) => void) => void;
  readonly after: (work: () => void) => void;
  readonly it: (title: string, body: (this: MochaContext) => Promise<void> | void) => void;
}

interface MochaContext {
  skip(): never;
  runnable(): object;
}

function skip(context: MochaContext, reason: string): never {
  // Where this project's reporter looks for reasons.
  Object.assign(context.runnable(), { [Symbol.for('dataset-runner.skip-reason')]: reason });
  return context.skip();
}
