import { kitFailures } from '../failures.ts';
import { Damage } from './reader.ts';
import { Unsupported } from './zip-end.ts';

/** Runs a check of an archive and gives what it found wrong the archive's name. Other errors pass unchanged. */
export async function guarded<T>(archive: string, check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Damage) throw kitFailures['archive-damaged']({ archive, why: error.message });
    if (error instanceof Unsupported) throw kitFailures['archive-unsupported']({ archive, what: error.message });
    throw error;
  }
}
