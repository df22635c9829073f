import { readFileSync } from 'node:fs';
import { fail, type Failure } from '../model/failure.ts';
import { pluginApi } from '../model/plugin.ts';
import { manifestVersion, type Manifest } from './manifest.ts';
import { installLine } from './package-manager.ts';
import { nameProblem } from './plugin-name.ts';

/** The manifest a package ships, or why it cannot be used; runs none of the package's code. */
export function readShippedManifest(
  spec: string,
  file: string,
  projectDir: string,
): { readonly manifest: Manifest } | { readonly failure: Failure } {
  const read = readObject(file);
  const update = `Run \`${installLine(projectDir, [`${spec}@latest`])}\`.`;
  if (read === undefined || typeof read['name'] !== 'string' || typeof read['tasks'] !== 'object') {
    return {
      failure: fail('plugin.broken', { name: spec, message: 'its runner.manifest.json cannot be read', hint: update })
        .failure,
    };
  }
  // The api comes first: a plugin for another core may well have another layout too, and updating cures both.
  if (read['api'] !== pluginApi) {
    return {
      failure: fail('plugin.api', { name: spec, found: String(read['api']), supported: pluginApi, hint: update })
        .failure,
    };
  }
  if (read['manifest'] !== manifestVersion) {
    const message = `its runner.manifest.json has layout ${String(read['manifest'])}, this runner reads ${manifestVersion}`;
    return { failure: fail('plugin.broken', { name: spec, message, hint: update }).failure };
  }
  const wrongName = nameProblem(read['name']);
  if (wrongName !== undefined)
    return { failure: fail('plugin.broken', { name: spec, message: `its name ${wrongName}`, hint: update }).failure };
  // Lists are optional to a reader, so that a manifest written by hand may leave out what it has not.
  return { manifest: { stores: [], failures: [], version: '0.0.0', ...read } as unknown as Manifest };
}

function readObject(file: string): { readonly [key: string]: unknown } | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as { readonly [key: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}
