import type { Driver } from '../../model/driver.ts';
import { stagingFolder } from '../key.ts';

// No upload of one file is this slow; and the clocks of both sides may be hours apart.
const abandonedMs = 48 * 3600 * 1000;

/** Removes what killed processes staged and nobody will ever publish. Never throws: what is left harms nobody. */
export async function removeAbandoned(driver: Required<Pick<Driver, 'list' | 'remove'>>): Promise<void> {
  // Closing must not wait for a service that hangs.
  const signal = AbortSignal.timeout(10_000);
  try {
    const abandoned: string[] = [];
    for await (const page of driver.list(`${stagingFolder}/put/`, signal)) {
      for (const { key, modifiedMs = Number.POSITIVE_INFINITY } of page)
        if (modifiedMs < Date.now() - abandonedMs) abandoned.push(key);
    }
    if (abandoned.length > 0) await driver.remove(abandoned, signal);
  } catch {
    // The next one that closes tries again.
  }
}
