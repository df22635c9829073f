import { deepEqual, equal } from 'node:assert/strict';
import { createRedactor } from '../../src/lib/redactor.ts';
import { createSecrets } from '../../src/secrets/secrets.ts';
import { failureFrom } from '../../src/testing/failure-from.ts';
import { tempFolder } from '../config/temp-folder.ts';

function secretsIn(
  projectDir: string,
  secrets: { readonly [name: string]: string },
  env: { readonly [name: string]: string } = {},
) {
  const redactor = createRedactor();
  return { redactor, secrets: createSecrets({ secrets, env: { ...process.env, ...env }, redactor, projectDir }) };
}

const node = `"${process.execPath}"`;

describe('a secret', () => {
  const sources: readonly [name: string, reference: string][] = [
    ['the environment', 'env:THE_KEY'],
    ['a file', 'file:./key.txt'],
    ['a program', `cmd:${node} -p "'hunter2'"`],
  ];
  for (const [name, reference] of sources) {
    it(`is read from ${name} and masked`, async () => {
      using folder = tempFolder({ 'key.txt': 'hunter2\n' });
      const { secrets, redactor } = secretsIn(folder.dir, { key: reference }, { THE_KEY: 'hunter2' });
      equal(await secrets.value('key'), 'hunter2');
      equal(redactor.redact('key is hunter2'), 'key is ***');
    });
  }

  it('is read once, and only when it is asked for', async () => {
    using folder = tempFolder();
    const program = `require('fs').appendFileSync('calls', 'x'); console.log('hunter2')`;
    const { secrets } = secretsIn(folder.dir, { key: `cmd:${node} -e "${program}"`, other: 'env:NOT_SET' });
    deepEqual(await Promise.all([secrets.value('key'), secrets.value('key')]), ['hunter2', 'hunter2']);
    deepEqual(await secrets.values(['key']), { key: 'hunter2' });
    const { readFileSync } = await import('node:fs');
    equal(readFileSync(folder.path('calls'), 'utf8'), 'x');
  });

  const missing: readonly [name: string, reference: string, why: string][] = [
    ['a variable that is not set', 'env:NO_SUCH_VARIABLE', 'the variable is not set'],
    ['an empty variable', 'env:EMPTY', 'the variable is empty'],
    ['an inherited name', 'env:constructor', 'the variable is not set'],
    ['an empty file', 'file:empty', 'the file is empty'],
    ['a program that fails', `cmd:${node} -e "process.exit(1)"`, `${process.execPath} ended with exit code 1`],
    ['a program that prints nothing', `cmd:${node} -e 0`, 'the program printed nothing'],
    ['too short a value', 'env:SHORT', 'its value is a single character, too short to be masked'],
  ];
  for (const [name, reference, why] of missing) {
    it(`is missing for ${name}`, async () => {
      using folder = tempFolder({ empty: '' });
      const { secrets } = secretsIn(folder.dir, { key: reference }, { EMPTY: '', SHORT: 'a' });
      deepEqual(await failureFrom(() => secrets.value('key')), { code: 'secret.missing', name: 'key', reference, why });
    });
  }

  it('nobody named is missing, with the one that was meant', async () => {
    const { secrets } = secretsIn('.', { 'azure-key': 'env:X' });
    const failure = await failureFrom(() => secrets.value('azur-key'));
    equal('why' in failure && failure.why, 'there is no such name under secrets; did you mean azure-key?');
  });

  it('that could not be read is asked for again', async () => {
    using folder = tempFolder();
    const { secrets } = secretsIn(folder.dir, { key: 'file:late.txt' });
    await failureFrom(() => secrets.value('key'));
    folder.write('late.txt', 'hunter2');
    equal(await secrets.value('key'), 'hunter2');
  });
});

describe('an option of a store', () => {
  it('is masked, unless its name says that it is no secret', async () => {
    const { secrets, redactor } = secretsIn('.', {}, { CLOUD_USER: 'lovelace', CLOUD_PASSWORD: 'hunter2' });
    equal(await secrets.reference('env:CLOUD_USER', 'stores.cloud.username'), 'lovelace');
    equal(await secrets.reference('env:CLOUD_PASSWORD', 'stores.cloud.deep.list[0]'), 'hunter2');
    equal(redactor.redact('lovelace hunter2'), 'lovelace ***');
  });

  it('may be a name of one character, but no such secret', async () => {
    const { secrets } = secretsIn('.', {}, { SHORT: 'x' });
    equal(await secrets.reference('env:SHORT', 'stores.cloud.username'), 'x');
    const failure = await failureFrom(() => secrets.reference('env:SHORT', 'stores.cloud.password'));
    equal(failure.code, 'secret.missing');
  });

  it('that cannot be resolved is named', async () => {
    const { secrets } = secretsIn('.', {});
    const failure = await failureFrom(() => secrets.reference('env:NO_SUCH_VARIABLE', 'stores.cloud.deep.password'));
    equal('name' in failure && failure.name, 'stores.cloud.deep.password');
  });
});
