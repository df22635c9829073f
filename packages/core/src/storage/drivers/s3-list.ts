import { StoreTrouble, type Entry } from '../../model/driver.ts';
import { pagesOf, type Page } from './pages.ts';
import { etagOf } from './s3-etag.ts';
import type { S3Session } from './s3-session.ts';

const pageKeys = 1000;

/** Lists the files below a prefix, 1,000 a request. */
export function listS3(
  session: S3Session,
  { root, prefix }: { /** In the bucket, with its slash or ''. */ readonly root: string; readonly prefix: string },
  signal?: AbortSignal,
): AsyncGenerator<readonly Entry[]> {
  return pagesOf(async (token) => {
    const page = await pageOf(session, root + prefix, token, signal);
    if (root === '') return page;
    return { ...page, entries: page.entries.map((entry) => ({ ...entry, key: entry.key.slice(root.length) })) };
  });
}

async function pageOf(
  session: S3Session,
  prefix: string,
  token: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const { client, sdk, bucket } = session;
  const command = new sdk.ListObjectsV2Command({
    Bucket: bucket,
    Prefix: prefix,
    MaxKeys: pageKeys,
    // XML cannot hold every key.
    EncodingType: 'url',
    ...(token === undefined ? {} : { ContinuationToken: token }),
  });
  const what = `LIST ${prefix}`;
  const page = await session.patiently(() => session.answer(what, signal, (how) => client.send(command, how)), signal);
  const { EncodingType, IsTruncated, NextContinuationToken, Contents = [] } = page;
  // A listing that says "there is more" and not where would end short.
  if (IsTruncated === true && NextContinuationToken === undefined)
    throw new StoreTrouble('broken', `${what} has more pages and does not say where`);
  const entries = Contents.map(({ Key = '', Size = 0, ETag, LastModified }): Entry => {
    const version = etagOf(ETag);
    return {
      key: EncodingType === 'url' ? decoded(Key) : Key,
      size: Size,
      ...(version === undefined ? {} : { version }),
      ...(LastModified === undefined ? {} : { modifiedMs: LastModified.getTime() }),
    };
  });
  return { entries, token: IsTruncated === true ? NextContinuationToken : undefined };
}

// As in a form: a space is a plus.
function decoded(key: string): string {
  return decodeURIComponent(key.replaceAll('+', '%20'));
}
