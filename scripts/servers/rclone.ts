// A current rclone, which stores are measured beside: the one Debian has is from 2022 and cannot speak S3.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { ensureGoServer, goProgram, type GoServer } from './go-server.ts';

const rclone: GoServer = { module: 'github.com/rclone/rclone', version: '1.75.1' };

/** Absolute path of its program, whether it is there or not. */
export const rcloneProgram = goProgram(rclone);

/** Builds it where it is missing, which takes minutes; returns why it is still missing, or undefined. */
export function prepareRclone(): Promise<string | undefined> {
  return ensureGoServer(rclone);
}

/** Writes a configuration with one remote; rclone wants passwords of some kinds obscured, which hides nothing. */
export function writeRemote(file: string, name: string, options: { readonly [option: string]: string }): void {
  const obscured = new Set(['webdav', 'sftp'].includes(options['type'] ?? '') ? ['pass'] : []);
  const lines = Object.entries(options).map(([option, value]) => {
    const text = obscured.has(option)
      ? execFileSync(rcloneProgram, ['obscure', value], { encoding: 'utf8' }).trim()
      : value;
    return `${option} = ${text}`;
  });
  writeFileSync(file, `[${name}]\n${lines.join('\n')}\n`, { mode: 0o600 });
}
