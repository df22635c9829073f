import assert from 'node:assert/strict';
import type { ProjectRig } from '@dataset-runner/core/testing';
import { done, git, registry } from './support/registry.ts';

const long = 'x'.repeat(200);
const odd = 'od\nd';

describe('names that no line holds', function () {
  this.timeout(60_000);

  it('are escaped, each on a line of its own, and whole in JSON', async () => {
    await using rig = await registry(
      {
        [`${odd}/a\u001B[2J`]: 'a',
        [`${odd}/${long}/${long}`]: 'b',
        'sub\r\n/dvc.yaml': 'params: [q.yaml]\nstages:\n  s: {cmd: touch o, outs: [o]}\n',
        'sub\r\n/q.yaml': '"k\\ney": "two\\nlines"\n',
        'sub\r\n/o': '',
      },
      { remote: false },
    );
    const { stdout } = await rig.runner('run', 'registry:add', odd);
    assert.match(stdout, /^ *track od\\nd +1 done$/m);
    assert.match(stdout, /\n\nod\\nd\.dvc: 2 files, 2 bytes\n$/);
    git(rig, 'add', '.');
    git(rig, 'commit', '-qm', 'one');
    assert.deepEqual(await told(rig, 'list', '.', odd), ['a\\x1b[2J', long]);
    assert.deepEqual(await told(rig, 'list', '.', '-R', '--dvc-only'), ['od\\nd/a\\x1b[2J', `od\\nd/${long}/${long}`]);
    rig.write(`${odd}/a\u001B[2J`, 'changed');
    rig.write(`${odd}/new\u2028`, 'new');
    assert.deepEqual(await told(rig, 'status'), ['modified:     od\\nd (1 added, 1 modified)']);
    assert.deepEqual(await told(rig, 'diff'), [
      'added     od\\nd/new\\u2028',
      'modified  od\\nd/',
      'modified  od\\nd/a\\x1b[2J',
    ]);
    const { modified } = await done<{ readonly modified: readonly { readonly path: string }[] }>(rig, 'diff');
    assert.equal(modified[1]?.path, `${odd}/a\u001B[2J`);
    assert.deepEqual(await told(rig, 'dag'), ['sub\\r\\n/dvc.yaml:s']);
    assert.deepEqual(await told(rig, 'dag', '--format', 'dot'), [
      'strict digraph {',
      '  "sub\\\\r\\\\n/dvc.yaml:s";',
      '}',
    ]);
    assert.deepEqual(await told(rig, 'dag', '--format', 'mermaid'), [
      'flowchart TD',
      '  node1["sub\\r\\n/dvc.yaml:s"]',
    ]);
    assert.deepEqual(await told(rig, 'params'), [
      'file            name   value',
      'sub\\r\\n/q.yaml  k\\ney  two\\nlines',
    ]);
  });
});

/** What a task says of its result, line by line. */
async function told(rig: ProjectRig, task: string, ...args: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await rig.runner('run', `registry:${task}`, ...args);
  assert.equal(code, 0, stderr);
  // A blank line parts it from what the runner says of its steps.
  return stdout.trimEnd().split('\n\n').at(-1)?.split('\n') ?? [];
}
