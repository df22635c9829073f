import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Driver, DriverDefinition, DriverOption, DriverOptions } from '../../packages/core/src/model/driver.ts';
import { laneOptions } from '../../packages/core/src/storage/check-options.ts';
import { builtinDrivers } from '../../packages/core/src/storage/drivers/registry.ts';
import { root } from '../checkout.mjs';
import { table } from './table.ts';

/** What each kind of store can do, by the methods its opened driver has. */
export async function capabilityTable(): Promise<string> {
  const columns: readonly [head: string, method: keyof Driver][] = [
    ['Lists', 'list'],
    ['Writes', 'write'],
    ['Removes', 'remove'],
    ['Copies inside', 'copy'],
    ['Renames', 'move'],
    ['Signs URLs', 'signedUrl'],
  ];
  const rows: string[][] = [];
  for (const builtin of builtinDrivers) {
    const definition = await builtin.load();
    const driver = await openExample(definition);
    rows.push([
      `\`${builtin.schemes.join('`, `')}\``,
      ...columns.map(([, method]) => (driver[method] === undefined ? '-' : 'yes')),
    ]);
    await driver.close?.();
  }
  return table(['Scheme', ...columns.map(([head]) => head)], rows);
}

// Opening asks no service anything; these are only to be there.
function openExample(definition: DriverDefinition): Promise<Driver> {
  const url = definition.examples.find((example) => URL.canParse(example.url))?.url ?? '';
  const options = {
    username: 'name',
    password: 'password',
    accountName: 'account',
    authUrl: 'https://cloud.example.org/v3',
    projectName: 'project',
    anonymous: true,
  };
  const context = {
    projectDir: root,
    workDir: root,
    allowHosts: [],
    patiently: <T>(request: () => Promise<T>): Promise<T> => request(),
    note: () => undefined,
    openDriver: (): Promise<Driver> => Promise.reject(new Error('no store delegates here')),
  };
  return definition.open({ url: new URL(url), options, context });
}

/** What may stand beside `url`, by what refuses the rest; options with the same words share a row. */
export async function optionTable(): Promise<string> {
  const rows = optionRows('any but `file`', laneOptions);
  for (const builtin of builtinDrivers) {
    const { options } = await builtin.load();
    rows.push(...optionRows(`\`${builtin.schemes.join('`, `')}\``, options ?? {}));
  }
  return table(['Scheme', 'Option', 'Is', 'What it does'], rows);
}

function optionRows(scheme: string, options: DriverOptions): string[][] {
  const words = { text: 'text', count: 'a whole number', flag: '`true` or `false`', map: 'a map' };
  const kindOf = ({ kind, oneOf }: DriverOption): string =>
    oneOf === undefined
      ? [kind]
          .flat()
          .map((one) => words[one])
          .join(', or ')
      : oneOf.map((text) => `\`${text}\``).join(' or ');
  const alike = Map.groupBy(Object.entries(options), ([, option]) => `${kindOf(option)} ${option.about}`);
  return [...alike.values()].map((members) => {
    const names = members.map(([name]) => `\`${name}\``).join(', ');
    const [[, option]] = members as [[string, DriverOption]];
    return [scheme, names, kindOf(option), option.about];
  });
}

interface ContractRecord {
  readonly driver: string;
  readonly server: string;
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: readonly { readonly title: string; readonly reason: string }[];
}

/** What came of the contract on real servers, as `RUNNER_UPDATE_STORES=1 npm run test:servers` wrote it down last. */
export function contractTable(): string {
  const files = globSync('docs/generated/contracts/*.json', { cwd: root }).sort();
  const rows = files.map((file) => {
    const record = JSON.parse(readFileSync(join(root, file), 'utf8')) as ContractRecord;
    const { driver, server, passed, failed, notApplicable } = record;
    const reasons = new Set(notApplicable.map(({ reason }) => reason));
    const counts = [passed, failed, notApplicable.length].map(String);
    return [`\`${driver}\``, server, ...counts, [...reasons].join('; ')];
  });
  return table(['Driver', 'Server', 'Passed', 'Failed', 'Not applicable', 'Because'], rows);
}
