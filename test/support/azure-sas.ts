import { createHmac } from 'node:crypto';
import type { AzuriteServer } from '../../scripts/servers/azurite.ts';

type Account = Pick<AzuriteServer, 'accountName' | 'accountKey'>;

/** A signature of the whole account: https://learn.microsoft.com/rest/api/storageservices/create-account-sas */
export function sasToken({ accountName, accountKey }: Account, permissions: string, validMs: number): string {
  const time = (ms: number) => new Date(ms).toISOString().replace(/\.\d+/, '');
  const [start, end] = [time(Date.now() - 3_600_000), time(Date.now() + validMs)];
  const version = '2020-10-02';
  const signed = [accountName, permissions, 'b', 'co', start, end, '', '', version, ''].join('\n');
  const sig = createHmac('sha256', Buffer.from(accountKey, 'base64')).update(signed).digest('base64');
  const query = { sv: version, ss: 'b', srt: 'co', sp: permissions, st: start, se: end, sig };
  return new URLSearchParams(query).toString();
}
