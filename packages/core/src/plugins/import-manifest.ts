import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { writeFileAtomically } from '../lib/atomic-file.ts';
import { shortDigest } from '../lib/digest.ts';
import { fail, type Failure } from '../model/failure.ts';
import { inheritedConditions } from './conditions.ts';
import { manifestVersion, type FoundPlugin, type Manifest } from './manifest.ts';
import { sourceFiles } from './source-files.ts';

/** What the child process is told, as JSON in its arguments. */
export interface ManifestQuestion {
  readonly found: FoundPlugin;
  readonly projectDir: string;
}

/** What the child process answers, as JSON on file descriptor 3. */
export type ManifestAnswer = { readonly manifest: Manifest } | { readonly failure: Failure };

export interface ImportedManifest {
  readonly answer: ManifestAnswer;
  /** The plugin's own source files. */
  readonly files: readonly string[];
}

// Importing a plugin takes about a quarter of a second; one that waits for the network at import would never end.
const timeoutMs = 30_000;

/**
 * The manifest of a plugin that ships none: made by importing it once in a child process and kept under
 * `<stateDir>/cache/manifests/` by the digest of its source files.
 */
export async function importManifest(
  found: FoundPlugin,
  place: { readonly projectDir: string; readonly stateDir: string },
): Promise<ImportedManifest> {
  // The digest is taken before the import: a file saved meanwhile leaves an entry nobody asks for again.
  const { paths: files, digest } = sourceFiles(found.entry);
  const name = shortDigest(`${manifestVersion} ${process.version} ${digest} ${found.version}`);
  const cacheFile = join(place.stateDir, 'cache', 'manifests', `${name}.json`);
  const cached = readCached(cacheFile);
  if (cached !== undefined) return { answer: { manifest: cached }, files };
  const answer = await askChild({ found, projectDir: place.projectDir });
  if ('manifest' in answer) keep(cacheFile, answer.manifest);
  return { answer, files };
}

function readCached(file: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch {
    // Not there, or damaged: the plugin is asked again.
    return undefined;
  }
}

function keep(file: string, manifest: Manifest): void {
  try {
    writeFileAtomically(file, JSON.stringify(manifest));
  } catch {
    // A read-only project costs an import at every start, and nothing else.
  }
}

async function askChild(question: ManifestQuestion): Promise<ManifestAnswer> {
  const child = spawn(process.execPath, [...inheritedConditions(), childModule(), JSON.stringify(question)], {
    cwd: question.projectDir,
    // What a plugin prints at import would land in the middle of a list.
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    windowsHide: true,
  });
  const [text, complaint, code] = await Promise.all([
    readAll(child.stdio[3] as Readable),
    readAll(child.stderr as Readable),
    new Promise<number | NodeJS.Signals | null>((resolve) => {
      child.on('error', () => resolve(null));
      child.on('exit', (status, signal) => resolve(status ?? signal));
    }),
  ]);
  try {
    return JSON.parse(text) as ManifestAnswer;
  } catch {
    return { failure: unanswered(question.found.spec, code, complaint) };
  }
}

// The child ended without a word: killed, crashed, or `process.exit` in the plugin.
function unanswered(name: string, code: number | NodeJS.Signals | null, complaint: string): Failure {
  if (code === 'SIGKILL') {
    return fail('plugin.broken', {
      name,
      message: `its import did not end within ${timeoutMs / 1000} s`,
      hint: 'Move what it does at import into a step.',
    }).failure;
  }
  const said =
    complaint.split('\n').find((line) => /^\S*Error\b/.test(line)) ?? complaint.trim().split('\n').at(-1) ?? '';
  return fail('plugin.broken', {
    name,
    message: `its import ended the process (${code ?? 'not started'})${said === '' ? '' : `: ${said}`}`,
  }).failure;
}

// To the end even after the child has exited: the last bytes come behind its exit event.
async function readAll(stream: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of stream) pieces.push(piece as Buffer);
  } catch {
    // A pipe cut by the kill: what came before is all there is.
  }
  return Buffer.concat(pieces).toString('utf8');
}

// Beside this module in the sources; a bundle may have moved this one into a chunk a folder or two up or down.
function childModule(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const candidates = ['./', './plugins/', '../plugins/', '../../plugins/'].map((way) =>
    fileURLToPath(new URL(`${way}manifest-child.${extension}`, import.meta.url)),
  );
  const found = candidates.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`manifest-child.${extension} is missing beside ${import.meta.url}`);
  return found;
}
