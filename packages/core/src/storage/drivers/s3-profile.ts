import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The profile that is asked for by name and stands in none of the files of AWS's own tools; undefined when it is there.
 *
 * The SDK looks over a profile that is missing, and then speaks of credentials or of a region.
 */
export function missingProfile(asked: string | undefined): string | undefined {
  const { env } = process;
  const name = asked ?? env['AWS_PROFILE'];
  if (name === undefined || name === '') return undefined;
  const files = [
    env['AWS_CONFIG_FILE'] ?? join(homedir(), '.aws', 'config'),
    env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(homedir(), '.aws', 'credentials'),
  ];
  return files.some((file) => profilesOf(file).has(name)) ? undefined : name;
}

// A file that cannot be read has none, as for the SDK.
function profilesOf(file: string): ReadonlySet<string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return new Set();
  }
  const headings = text.matchAll(/^\s*\[\s*(?:profile\s+)?["']?([^\]"']*?)["']?\s*\]/gm);
  return new Set(Array.from(headings, ([, name]) => name ?? ''));
}
