import { shownUrl } from '../../lib/http-trouble.ts';
import { Semaphore } from '../../lib/semaphore.ts';
import { StoreTrouble } from '../../model/driver.ts';
import { member, textAt } from './json-member.ts';
import type { SwiftObject } from './swift-object.ts';
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
    await slots.each(some, (one) => session.ask('DELETE', one, [200, 204, 404], { signal }), signal);
  };
  if (objects.length <= fewObjects) return removeEach(objects);
  for (let at = 0; at < objects.length; at += bulkObjects) {
    const some = objects.slice(at, at + bulkObjects);
    // One by one, who refuses what shows itself: a bulk answer that does not add up names no object.
    if (!(await removeBulk(session, some, signal))) await removeEach(some);
  }
}

/** One bulk request; false when the service has none, or when its counts are not those of what it was asked. */
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
  const counted = Number(member(answer, 'Number Deleted')) + Number(member(answer, 'Number Not Found'));
  return counted === objects.length && textAt(answer, 'Response Status').startsWith('200');
}
