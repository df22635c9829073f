import type { HttpResponse } from '../../lib/http-client.ts';
import { StoreTrouble } from '../../model/driver.ts';
import type { SwiftObject } from './swift-object.ts';
import type { SwiftInit, SwiftSession, SwiftTarget } from './swift-session.ts';
import { noContainer } from './swift-trouble.ts';

/** What is to be made; a manifest has a query. */
type NewObject = SwiftObject & Pick<SwiftTarget, 'query'>;

/**
 * Sends a PUT that makes an object, and its container before it where that is missing and may be made.
 *
 * A 404 is looked into: Swift gives it also when it did not get to know whether the container is there, because a
 * server of its own was busy, or because it remembers for some seconds that there was none.
 */
export async function createObject(
  session: SwiftSession,
  target: NewObject,
  init: SwiftInit,
  mayMakeContainer: boolean,
): Promise<HttpResponse> {
  const response = await session.send('PUT', target, init);
  const { status } = response;
  if (status === 404 && init.headers?.['x-copy-from'] === undefined) {
    await response.discard();
    const again = (): Promise<HttpResponse> => createInside(session, target, init, mayMakeContainer);
    // What must not be sent twice unseen is tried again by who knows how to look: a repeat here would meet its own file.
    return init.repeatable === false ? again() : session.patiently(again, init.signal);
  }
  if (status !== 201 && status !== 200) throw await session.trouble(response, 'PUT');
  await response.discard();
  return response;
}

/** Makes a container; one that is there is left as it is. */
export async function makeContainer(
  session: SwiftSession,
  container: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  // 409: one of several who make it at once hears this from Ceph, though it is there then.
  // Where the name is somebody else's, the next request is told.
  await session.ask('PUT', { container }, [201, 202, 204, 409], { signal });
}

async function createInside(
  session: SwiftSession,
  target: NewObject,
  init: SwiftInit,
  mayMakeContainer: boolean,
): Promise<HttpResponse> {
  const { container } = target;
  const { signal } = init;
  // Where the container is there, its PUT makes the service forget that it was not.
  if (mayMakeContainer) await makeContainer(session, container, signal);
  else {
    const { status } = await session.ask('HEAD', { container }, [200, 204, 404], { signal });
    if (status === 404) throw noContainer(container);
  }
  const response = await session.ask('PUT', target, [200, 201, 404], init);
  if (response.status !== 404) return response;
  const message = `the service does not find its container ${container}, which is there`;
  throw new StoreTrouble('unavailable', message, { status: 404 });
}
