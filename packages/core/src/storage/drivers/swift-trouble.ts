import { StoreTrouble } from '../../model/driver.ts';
import { troubleOfStatus, type Answer } from './http-status.ts';

/** The trouble an unexpected answer of Swift or Keystone means; its message carries the id their operators ask for. */
export function troubleOfSwift(answer: Answer, what: string, body = ''): StoreTrouble {
  const { status, headers } = answer;
  const id = headers['x-trans-id'] ?? headers['x-openstack-request-id'];
  const named = id === undefined ? what : `${what} (${id})`;
  // Swift's own status of its rate limit.
  if (status === 498) return troubleOfStatus({ status: 429, headers }, named);
  if (status === 422)
    return new StoreTrouble('corrupt', `${named} received other bytes than were sent`, {
      status,
      expected: 'the bytes that were sent',
      found: 'others',
      transient: true,
    });
  // Quotas have no status of their own.
  if (status === 413 && /quota/i.test(body))
    return new StoreTrouble('full', `${named}: ${body.slice(0, 200)}`, { status });
  const told = troubleOfStatus(answer, named);
  // No condition of ours failed, that is 412: another writer was a moment ahead, or the container's index was busy.
  const trouble = status === 409 ? new StoreTrouble('unavailable', told.message, told.details) : told;
  if (id === undefined || trouble.details.requestId !== undefined) return trouble;
  return new StoreTrouble(trouble.kind, trouble.message, { ...trouble.details, requestId: id });
}

/** What is said where a container is missing: its files are no empty set. */
export function noContainer(container: string): StoreTrouble {
  const message = `there is no container ${container}; make it, or say createContainer: true`;
  return new StoreTrouble('no-bucket', message, { status: 404 });
}
