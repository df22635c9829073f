import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { tortureRig } from './support.ts';

const secret = 'Zx9-very+secret/value=';

describe('a secret', function () {
  this.timeout(60_000);

  it('reaches no sink, wherever a step puts it: message, log, URL, cause', async () => {
    await using rig = await tortureRig('secrets:\n  key: env:PLANTED\n');
    process.env['PLANTED'] = secret;
    try {
      const running = rig.start('run', 'torture:troubled', '--keys', 'log,leak,fine,bad');
      const commandLine = readFileSync(`/proc/${running.process.pid}/cmdline`, 'utf8');
      const ended = await running.ended;
      const json = await rig.runner('run', 'torture:troubled', '--keys', 'log,leak', '--json', '--force');
      const logs = await rig.runner('logs');
      const provenance = await rig.runner('provenance', '1');
      const shown = [
        ended.stdout,
        ended.stderr,
        json.stdout,
        json.stderr,
        logs.stdout,
        logs.stderr,
        provenance.stdout,
        commandLine,
      ];
      assert.match(ended.stderr + ended.stdout, /cannot log in with \*\*\*/);
      assert.match(logs.stdout, /\*\*\*/);
      for (const text of shown) assertHidden(text);
      for (const path of filesUnder(rig.path('.runner'))) assertHidden(readFileSync(path, 'latin1'), path);
    } finally {
      delete process.env['PLANTED'];
    }
  });

  it('that was never declared is refused by name, and so is one that is not set', async () => {
    await using rig = await tortureRig('secrets:\n  key: env:NOT_SET_ANYWHERE\n');
    const { code, report } = await rig.json('run', 'torture:troubled', '--keys', 'log');
    assert.equal(code, 3, JSON.stringify(report['failures']));
    assert.match(JSON.stringify(report['failures']), /secret\.missing/);
  });
});

describe('an item in trouble', function () {
  this.timeout(60_000);

  it('that ignores its timeout is ended and named, and the others finish', async () => {
    await using rig = await tortureRig('secrets:\n  key: env:PATH\n');
    const { code, report } = await rig.json('run', 'torture:troubled', '--keys', 'hang,slow,fine,bad');
    assert.equal(code, 1);
    const failures = report['failures'] as { code: string; at: { item: string } }[];
    assert.deepEqual(failures.map((failure) => `${failure.at.item} ${failure.code}`).sort(), [
      'bad torture.bad-item',
      'hang step.timeout',
      'slow step.timeout',
    ]);
  });
});

function assertHidden(text: string, where = 'output'): void {
  const forms = [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')];
  for (const form of forms) assert.ok(!text.includes(form), `the secret is in ${where}`);
}

function filesUnder(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path).isFile());
}
