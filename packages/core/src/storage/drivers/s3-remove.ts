import { StoreTrouble } from '../../model/driver.ts';
import type { S3Session } from './s3-session.ts';
import { troubleOfS3 } from './s3-trouble.ts';

const mostKeys = 1000;

/** Removes files, 1,000 a request; throws when the service leaves one, also when it merely says nothing of it. */
export async function removeFromS3(
  session: S3Session,
  root: string,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const own = [...new Set(keys)].map((key) => root + key);
  const [only] = own;
  if (own.length === 1 && only !== undefined) return removeOne(session, only, signal);
  for (let at = 0; at < own.length; at += mostKeys) {
    const batch = own.slice(at, at + mostKeys);
    await session.patiently(() => removeBatch(session, batch, signal), signal);
  }
}

async function removeOne(session: S3Session, key: string, signal: AbortSignal | undefined): Promise<void> {
  const { client, sdk, bucket } = session;
  const command = new sdk.DeleteObjectCommand({ Bucket: bucket, Key: key });
  await session.answer(`DELETE ${key}`, signal, (how) => client.send(command, how));
}

async function removeBatch(
  session: S3Session,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { client, sdk, bucket } = session;
  // Not quiet: some services stop in the middle and call it a success.
  const command = new sdk.DeleteObjectsCommand({
    Bucket: bucket,
    Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: false },
  });
  const what = `DELETE of ${keys.length} files`;
  const { Deleted = [], Errors = [] } = await session.answer(what, signal, (how) => client.send(command, how));
  const refused = Errors.filter(({ Code }) => Code !== 'NoSuchKey');
  const [first] = refused;
  if (first !== undefined) {
    const { Key = '', Code = '', Message = '' } = first;
    const status = Code === 'AccessDenied' ? 403 : 500;
    throw troubleOfS3({ status, code: Code, message: Message, headers: {} }, `DELETE ${Key} in ${bucket}`);
  }
  const answered = Deleted.length + Errors.length;
  if (answered >= keys.length) return;
  throw new StoreTrouble('broken', `${what} did only ${answered}`, { transient: true });
}
