// A short readable report: titles as they run, every skipped case with its reason, every failure whole, and a closing line
// that scripts can read. mocha's own "N passing" is not the closing line .ci/run adds up.
import { relative } from 'node:path';
import { stripVTControlCharacters, styleText } from 'node:util';
import { type MochaOptions, reporters, Runner, type Suite, type Test } from 'mocha';

const events = Runner.constants;
const reasonKey = Symbol.for('dataset-runner.skip-reason');

class ShortReporter extends reporters.Base {
  private passed = 0;
  private readonly failed: { title: string; error: unknown }[] = [];
  private readonly skipped: string[] = [];
  private depth = 0;

  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.on(events.EVENT_SUITE_BEGIN, (suite) => {
      if (!suite.root) this.line(styleText('bold', suite.title));
      this.depth++;
    });
    runner.on(events.EVENT_SUITE_END, () => void this.depth--);
    runner.on(events.EVENT_TEST_PASS, (test) => this.onPass(test));
    runner.on(events.EVENT_TEST_FAIL, (test, error: unknown) => this.onFail(test, error));
    runner.on(events.EVENT_TEST_PENDING, (test) => this.onSkip(test));
    runner.once(events.EVENT_RUN_END, () => this.close());
  }

  private onPass(test: Test): void {
    this.passed++;
    const tookMs = test.duration ?? 0;
    const slow = tookMs > test.slow() ? styleText('yellow', ` (${tookMs} ms)`) : '';
    this.line(`${styleText('green', 'ok')} ${test.title}${slow}`);
  }

  private onFail(test: Test, error: unknown): void {
    const title = test.titlePath().join(' > ');
    const file = test.file === undefined ? '' : ` (${relative(process.cwd(), test.file)})`;
    this.failed.push({ title: title + file, error });
    this.line(styleText('red', `FAILED ${test.title} [${this.failed.length}]: ${firstLine(error)}`));
  }

  private onSkip(test: Test): void {
    const reason = skipReason(test) ?? 'no reason given';
    this.skipped.push(`${test.titlePath().join(' > ')}: ${reason}`);
    this.line(styleText('cyan', `skipped ${test.title}: ${reason}`));
  }

  private close(): void {
    this.failed.forEach(({ title, error }, index) => {
      print(`\n${styleText('red', `[${index + 1}] ${title}`)}\n${describeError(error)}`);
    });
    if (this.skipped.length > 0) print(`\nSkipped:\n${this.skipped.map((text) => `  ${text}`).join('\n')}`);
    const skipped = this.skipped.length > 0 ? `, ${this.skipped.length} skipped` : '';
    print(`\n${this.passed} passed, ${this.failed.length} failed${skipped}`);
  }

  private line(text: string): void {
    print('  '.repeat(Math.max(0, this.depth - 1)) + text);
  }
}

function skipReason(test: Test): string | undefined {
  for (let owner: Test | Suite | undefined = test; owner; owner = owner.parent) {
    const reason: unknown = Reflect.get(owner, reasonKey);
    if (typeof reason === 'string') return reason;
  }
  return undefined;
}

/** Says at once what went wrong: a run that is cut off later still has told it. */
function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : JSON.stringify(error);
  return (text.split('\n').find((line) => line.trim() !== '') ?? '').slice(0, 200);
}

/** Message, stack and causes; for failed comparisons mocha's own diff of the two whole values. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `  ${JSON.stringify(error)}`;
  const own = (error.stack ?? String(error))
    .split('\n')
    .filter((text) => !/node:internal|node_modules\/mocha\//.test(text));
  // A stack made by hand may lack the message; the message must never be lost.
  const text = own.join('\n').includes(error.message) ? own.join('\n') : `${error.message}\n${own.join('\n')}`;
  const parts = [text];
  if ('expected' in error && 'actual' in error && !tellsAll(error, text)) {
    const diff = reporters.Base.generateDiff(stringify(error.actual), stringify(error.expected));
    parts.push(process.stdout.isTTY ? diff : stripVTControlCharacters(diff));
  }
  if (error.cause !== undefined) parts.push(`caused by: ${describeError(error.cause).trimStart()}`);
  if (error instanceof AggregateError) parts.push(...error.errors.map((one: unknown) => describeError(one)));
  return parts.join('\n').replace(/^/gm, '  ');
}

/** node:assert writes both values into the messages it makes, short of what it cuts; patterns and classes have no diff. */
function tellsAll(error: Error & { readonly expected: unknown }, text: string): boolean {
  if (error.expected instanceof RegExp || typeof error.expected === 'function') return true;
  const isGenerated = 'generatedMessage' in error && error.generatedMessage === true;
  return isGenerated && !/Skipped lines|^\s*\.\.\.$/m.test(text);
}

function stringify(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, undefined, 2) ?? String(value));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

// mocha loads reporters by require(): under this name Node hands it the class itself.
export { ShortReporter as 'module.exports' };
