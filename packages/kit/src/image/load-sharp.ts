import type sharp from 'sharp';
import { kitFailures } from '../failures.ts';

let loading: Promise<{ readonly default: typeof sharp }> | undefined;

/**
 * Loads sharp when an image first needs it: its native libraries take longer to load than many a run lasts.
 *
 * Throws `kit.sharp-missing` where they are not there. Call it outside of what judges an image: it is not the image's fault.
 */
export async function loadSharp(): Promise<typeof sharp> {
  loading ??= import('sharp');
  try {
    return (await loading).default;
  } catch (error) {
    throw kitFailures['sharp-missing']({
      why: (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '',
    });
  }
}
