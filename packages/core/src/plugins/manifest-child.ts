import { writeSync } from 'node:fs';
import { failureOf, fail } from '../model/failure.ts';
import { buildManifest } from './build-manifest.ts';
import { loadPlugin, loadTasks } from './load.ts';
import type { ManifestAnswer, ManifestQuestion } from './import-manifest.ts';

// The program of a child process: imports one plugin and writes its manifest to file descriptor 3. Standard output
// belongs to whatever the plugin prints while it is imported.

const question = JSON.parse(process.argv[2] ?? '{}') as ManifestQuestion;
const text = Buffer.from(JSON.stringify(await answer()));
for (let at = 0; at < text.length; ) at += writeSync(3, text, at);
// A plugin that opened a timer or a server at import would keep this process alive.
process.exit(0);

async function answer(): Promise<ManifestAnswer> {
  const { found, projectDir } = question;
  try {
    const plugin = await loadPlugin(found, projectDir);
    return { manifest: buildManifest(plugin, await loadTasks(plugin, found, projectDir), found.version) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { failure: failureOf(error) ?? fail('plugin.broken', { name: found.spec, message }).failure };
  }
}
