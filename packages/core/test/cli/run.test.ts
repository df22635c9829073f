import assert from 'node:assert/strict';
import type { RunRequest } from '../../src/app/facade.ts';
import { CliContext } from '../../src/cli/context.ts';
import { makeReporter } from '../../src/cli/make-reporter.ts';
import { createRedactor } from '../../src/lib/redactor.ts';
import { fail } from '../../src/model/failure.ts';
import type { RunReport } from '../../src/report/run-report.ts';
import { failedReport, finishedReport, plannedReport } from '../report/support/sample-runs.ts';
import { cli } from './support/fake-cli.ts';

async function requestOf(...argv: string[]): Promise<RunRequest | undefined> {
  let seen: RunRequest | undefined;
  const { stderr } = await cli(argv, {
    run: (request) => {
      seen = request;
      return Promise.resolve(finishedReport);
    },
  });
  assert.equal(stderr, '');
  return seen;
}

const plain: RunRequest = {
  target: 'diatom:build',
  flags: {},
  dryRun: false,
  force: false,
  onFailure: 'finish',
  overwrite: false,
  wait: true,
  verify: false,
};

describe('runner run', () => {
  for (const [line, expected] of [
    ['diatom:build', {}],
    ['run diatom:build', {}],
    ['run weekly', { target: 'weekly' }],
    ['run --jobs 4 diatom:build', { jobs: 4 }],
    [
      'diatom:build -n --force --overwrite --no-wait --verify',
      { dryRun: true, force: true, overwrite: true, wait: false, verify: true },
    ],
    ['diatom:build --on-failure stop -j 2', { onFailure: 'stop', jobs: 2 }],
    ['diatom:build --test-count 20 --seed=-3', { flags: { testCount: '20', seed: '-3' } }],
    ['diatom:build --testCount 20', { flags: { testCount: '20' } }],
    ['diatom:build -t 20', { flags: { testCount: '20' } }],
    ['diatom:build --no-checks', { flags: { checks: false } }],
    ['diatom:build --species a,b', { flags: { species: 'a,b' } }],
    ['diatom:build --species a --species b cloud:sets', { flags: { species: ['a', 'b'], out: 'cloud:sets' } }],
    ['diatom:build cloud:sets --file-list env:LIST', { flags: { out: 'cloud:sets', fileList: 'env:LIST' } }],
  ] as const) {
    it(`understands: runner ${line}`, async () =>
      assert.deepEqual(await requestOf(...line.split(' ')), { ...plain, ...expected }));
  }

  for (const [line, message] of [
    ['run', /runner run needs <task>/],
    ['run diatom:biuld', /Did you mean diatom:build\?/],
    ['run nothing:here', /There is no task nothing:here/],
    ['diatom:build --sede 3', /Did you mean --seed\?/],
    ['diatom:build --jobs 0', /--jobs is a whole number of at least 1, not 0/],
    ['diatom:build --on-failure later', /--on-failure is finish or stop, not later/],
    ['diatom:build --seed', /Flag --seed expects a value/],
    ['diatom:build a b', /b is one too many/],
    ['diatom:build --dry-run=true', /--dry-run takes no value/],
    ['diatom:build a --out b', /out is given twice, as a and with --out/],
    ['weekly', /weekly is a pipeline/],
    ['rnu diatom:build', /Did you mean run\?/],
    ['--hlep', /Did you mean --help\?/],
  ] as const) {
    it(`refuses: runner ${line}`, async () => {
      const { code, stderr, stdout } = await cli(line.split(' '));
      assert.equal(code, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, message);
    });
  }

  it('says why the plugin of a task is off', async () => {
    const { code, stderr } = await cli(['run', 'ifcb:extract']);
    assert.equal(code, 2);
    assert.match(stderr, /because {2}The plugin @dataset-runner\/plugin-ifcb is not installed/);
  });

  it('puts progress on stderr and the summary on stdout', async () => {
    const { stdout, stderr, code } = await cli(['diatom:build'], {
      run: (_request, emit) => {
        emit({ type: 'run.started', run: 12, task: 'diatom:build', dryRun: false });
        return Promise.resolve(finishedReport);
      },
    });
    assert.equal(code, 0);
    assert.match(stdout, /^✓ diatom:build is done/);
    assert.equal(stderr, '[0:00] diatom:build, run 12\n');
  });

  it('with --json prints an event a line and the report last', async () => {
    const { stdout, stderr } = await cli(['diatom:build', '--json'], {
      run: (_request, emit) => {
        emit({ type: 'run.note', message: 'hello' });
        return Promise.resolve(finishedReport);
      },
    });
    const types = stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { readonly type: string }).type);
    assert.deepEqual(types, ['run.note', 'run.report']);
    assert.equal(stderr, '');
  });
});

describe('trouble', () => {
  it('is JSON on stdout for programs, and words on stderr for people', async () => {
    const { stdout, stderr, code } = await cli(['diatom:build', '--json'], {
      run: () => Promise.reject(fail('store.missing', { url: './a' })),
    });
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(stdout), {
      type: 'failure',
      message: './a does not exist',
      failure: { code: 'store.missing', url: './a' },
    });
    assert.match(stderr, /^✗ \.\/a does not exist/);
  });

  it('paints for a terminal, and not what goes to a file beside it', () => {
    const written = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => ({
      isTTY: name === 'stderr',
      write: (text: string | Uint8Array) => ((written[name] += String(text)), true),
    });
    const never = () => Promise.reject(new Error('is not asked for'));
    const context = new CliContext({
      argv: [],
      env: { LANG: 'C.UTF-8' },
      cwd: '.',
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      version: '1.2.3',
      now: () => 0,
      openRunner: never,
      cachedCatalogue: never,
    });
    const reporter = makeReporter(context, createRedactor(), { json: false, quiet: false, again: '' });
    reporter.event({ type: 'run.note', message: 'a note' });
    reporter.finished(failedReport);
    reporter.close();
    assert.ok(written.stderr.includes('\u001B['));
    assert.match(written.stdout, /is not done/);
    assert.ok(!written.stdout.includes('\u001B['));
  });

  it('never shows credentials, whatever carried them', async () => {
    const { stderr } = await cli(['diatom:build'], {
      run: () => Promise.reject(new Error('GET https://ada:secret@example.org failed')),
    });
    assert.match(stderr, /https:\/\/\*\*\*@example\.org/);
    assert.doesNotMatch(stderr, /ada:secret/);
  });
});

describe('exit codes', () => {
  const codeOf = async (run: () => Promise<RunReport>): Promise<number> =>
    (await cli(['diatom:build', '-q'], { run })).code;
  const denied = { code: 'store.denied', url: 's3://a' } as const;

  for (const [title, report, code] of [
    ['done', finishedReport, 0],
    ['items failed', failedReport, 1],
    ['only the surroundings failed', { ...failedReport, failureCount: 1, failures: [denied] }, 3],
    [
      'a bug among the failures',
      { ...failedReport, failureCount: 2, failures: [denied, { code: 'bug', message: 'x' }] },
      70,
    ],
    ['interrupted', { ...failedReport, outcome: 'interrupted' }, 130],
    ['a dry run', { ...plannedReport, failureCount: 0, failures: [] }, 0],
    ['a dry run with something in the way', plannedReport, 2],
  ] as const) {
    it(`${title}: ${code}`, async () => assert.equal(await codeOf(() => Promise.resolve(report)), code));
  }

  for (const [error, code] of [
    [fail('config.invalid', { problems: [] }), 2],
    [fail('state.held', { line: 'a', holder: 'b' }), 3],
    [fail('secret.missing', { name: 'a', reference: 'env:A', why: 'the variable is not set' }), 3],
    [fail('run.interrupted', { done: 1 }), 130],
    [new TypeError('x is not a function'), 70],
  ] as const) {
    it(`${error.message}: ${code}`, async () => assert.equal(await codeOf(() => Promise.reject(error)), code));
  }
});
