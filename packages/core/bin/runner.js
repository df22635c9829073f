#!/usr/bin/env node
// Starts the runner on a Node that is new enough. Plain JS that also runs on Node 20: the Node found first on a
// laptop is often an old one, and the project brings its own.
import { existsSync, realpathSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const needed = [24, 15];
const here = dirname(realpathSync(fileURLToPath(import.meta.url)));

if (isNewEnough(process.versions.node)) {
  module.enableCompileCache?.();
  delete process.env.RUNNER_RESTARTED;
  const { main } = await import(programUrl());
  await main(process.argv.slice(2));
} else {
  await restart();
}

/** @param {string} version */
function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [neededMajor = 0, neededMinor = 0] = needed;
  return major > neededMajor || (major === neededMajor && minor >= neededMinor);
}

// In a checkout the sources are the program: no build has to be made, or be forgotten.
function programUrl() {
  const built = join(here, '..', 'dist', 'cli', 'main.js');
  const source = join(here, '..', 'src', 'cli', 'main.ts');
  const wantsSource = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((text) =>
    /(^|\s|=)source$|--conditions[= ]source/.test(text),
  );
  const useSource = existsSync(source) && (wantsSource || !existsSync(built));
  return pathToFileURL(useSource ? source : built).href;
}

async function restart() {
  const node = findNode();
  if (node === undefined) {
    process.stderr.write(
      `The runner needs Node ${needed.join('.')} or newer; this is ${process.versions.node}.\n` +
        `Give the project its own: npm install --save-optional node-${process.platform === 'win32' ? 'win' : 'linux'}-${process.arch}@24\n` +
        'On macOS install Node 24 from https://nodejs.org.\n',
    );
    process.exitCode = 3;
    return;
  }
  // Only here: it takes 5 ms, a tenth of what `--version` takes.
  const { spawn } = await import('node:child_process');
  // Set once: should the Node that was found be old after all, it must not start itself for ever.
  const env = { ...process.env, RUNNER_RESTARTED: '1' };
  const child = spawn(node, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env,
  });
  // A terminal sends SIGINT to us and to the child; other senders mean only us, so it is passed on. SIGINT is not:
  // the child would take one Ctrl-C for two.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  process.exitCode = await new Promise((resolve) => {
    child.on('error', () => resolve(3));
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/** Returns the nearest Node of a project: from the working folder upward, then from this package upward. */
function findNode() {
  if (process.env.RUNNER_RESTARTED === '1') return undefined;
  const exe = process.platform === 'win32' ? 'node.exe' : 'node';
  const system = process.platform === 'win32' ? 'win' : process.platform;
  const own = realpathSync(process.execPath);
  for (const start of [process.cwd(), here]) {
    for (let dir = start; ; dir = dirname(dir)) {
      for (const path of [join(`node-${system}-${process.arch}`, 'bin', exe), join('.bin', exe)]) {
        const found = join(dir, 'node_modules', path);
        if (existsSync(found) && realpathSync(found) !== own) return found;
      }
      if (dirname(dir) === dir) break;
    }
  }
  return undefined;
}
