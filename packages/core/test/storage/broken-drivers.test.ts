import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { brokenDrivers } from '../../src/testing/broken-drivers.ts';

interface Report {
  readonly failures: readonly { readonly title: string; readonly fullTitle: string }[];
}

describe('the driver contract can fail', function () {
  this.timeout(60_000);
  let report: Report;

  before(async () => {
    report = await runContracts();
  });

  for (const broken of brokenDrivers) {
    it(`catches a driver that ${broken.name}`, () => {
      const suite = `${broken.name} keeps the driver contract `;
      const failed = report.failures.filter(({ fullTitle }) => fullTitle.startsWith(suite)).map(({ title }) => title);
      assert.ok(failed.includes(broken.caughtBy), `failed instead: ${failed.join('; ') || 'nothing'}`);
    });
  }
});

// A process of its own: the failures of these suites must not count as ours.
function runContracts(): Promise<Report> {
  const mocha = join(createRequire(import.meta.url).resolve('mocha/package.json'), '../bin/mocha.js');
  const file = join(import.meta.dirname, 'fixtures/broken-drivers.ts');
  const args = ['--conditions=source', mocha, '--no-config', '--reporter', 'json', file];
  return new Promise((resolve, reject) => {
    // The exit code is the number of failures, so an error here is what we expect; unreadable output is not.
    execFile(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout.slice(stdout.indexOf('{'))) as Report);
      } catch {
        reject(new Error(`no report: ${stdout.slice(0, 1000)} ${stderr.slice(0, 2000)}`));
      }
    });
  });
}
