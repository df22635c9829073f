import { shownUrl } from '../../lib/http-trouble.ts';
import { Semaphore } from '../../lib/semaphore.ts';
import { StoreTrouble } from '../../model/driver.ts';
import { member, textAt } from './json-member.ts';
import { headObject, type SwiftObject } from './swift-object.ts';
import { encodedPath, type SwiftSession } from './swift-session.ts';

// Ceph stops at 1,024 and says 200 all the same; Swift takes 10,000.
const bulkObjects = 1000;
// Below this, single requests side by side are faster.
const fewObjects = 8;

/** Removes objects, in bulk where the service can; what is not there is fine. Throws when any is left. */
export async function removeObjects(
  session: SwiftSession,
  objects: readonly SwiftObject[],
  signal?: AbortSignal,
): Promise<void> {
  const slots = new Semaphore(8);
  const removeEach = async (some: readonly SwiftObject[]): Promise<void> => {
    await slots.each(some, (one) => session.patiently(() => removeOne(session, one, signal), signal), signal);
  };
  if (objects.length <= fewObjects) return removeEach(objects);
  for (let at = 0; at < objects.length; at += bulkObjects) {
    const some = objects.slice(at, at + bulkObjects);
    // One by one, who refuses what shows itself: a bulk answer that does not add up names no object. Nor does it
    // name those it did not find.
    if (!(await removeBulk(session, some, signal))) await removeEach(some);
  }
}

/**
 * A 404 is looked into: Swift gives it also when it did not get to know whether the container is there, and the
 * object is then left.
 */
async function removeOne(session: SwiftSession, object: SwiftObject, signal: AbortSignal | undefined): Promise<void> {
  const { status } = await session.ask('DELETE', object, [200, 204, 404], { signal });
  if (status !== 404 || (await headObject(session, object, signal)) === undefined) return;
  throw new StoreTrouble('unavailable', `${object.object} is there and was not removed`, { status });
}

/** One bulk request; false when the service has none, or when it did not remove all it was asked to. */
async function removeBulk(
  session: SwiftSession,
  objects: readonly SwiftObject[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const response = await session.send(
    'POST',
    { query: { 'bulk-delete': '' } },
    {
      headers: { 'content-type': 'text/plain', accept: 'application/json' },
      body: objects.map(encodedPath).join('\n'),
      signal,
      // Swift writes a blank now and then while it works, Ceph nothing until it is done.
      idleTimeoutMs: 300_000,
    },
  );
  if ([400, 404, 405, 411, 501].includes(response.status)) {
    await response.discard();
    return false;
  }
  if (response.status !== 200) throw await session.trouble(response, 'POST');
  const text = await response.text();
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw new StoreTrouble('broken', `POST ${shownUrl(new URL(response.url))} answered no JSON`);
  }
  const isWhole = Number(member(answer, 'Number Deleted')) === objects.length;
  return isWhole && textAt(answer, 'Response Status').startsWith('200');
}
