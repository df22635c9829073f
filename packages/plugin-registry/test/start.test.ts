import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

describe('the start of a task of the registry', () => {
  it('imports nothing that only its image tasks need', () => {
    const plugin = new URL('../src/index.ts', import.meta.url).href;
    const script = `
      import { registerHooks } from 'node:module';
      const seen = [];
      registerHooks({ resolve(specifier, context, next) { seen.push(specifier); return next(specifier, context); } });
      await import(${JSON.stringify(plugin)});
      console.log(seen.filter((name) => name.startsWith('@dataset-runner/')).join());
    `;
    const args = ['--conditions=source', '--input-type=module', '-e', script];
    const seen = execFileSync(process.execPath, args, { encoding: 'utf8' }).trim().split(',');
    assert.deepEqual([...new Set(seen)], ['@dataset-runner/core/plugin']);
  });
});
