import assert from 'node:assert/strict';
import { importSdk } from '../../src/storage/drivers/import-sdk.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';

describe('an optional SDK', () => {
  const sdk = { name: '@dataset-runner/no-such-sdk', version: '12' };

  it('is sdk.missing with the line that installs it, when it is not there', async () => {
    const name: string = sdk.name;
    const failure = await failureFrom(() => importSdk(sdk, () => import(name)));
    assert.deepEqual(failure, {
      code: 'sdk.missing',
      package: '@dataset-runner/no-such-sdk',
      install: 'npm install --save-dev @dataset-runner/no-such-sdk@12',
    });
  });

  it('is given as it is when it is there', async () => {
    const path = await importSdk({ name: 'node:path', version: '24' }, () => import('node:path'));
    assert.equal(path.basename('a/b'), 'b');
  });

  it('does not pass for missing when it is only broken', async () => {
    const file: string = './no-such-file-of-the-sdk.ts';
    await assert.rejects(
      importSdk(sdk, () => import(file)),
      /no-such-file-of-the-sdk/,
    );
  });
});
