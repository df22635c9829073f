import { z } from '@dataset-runner/core/plugin';

const words = z.array(z.string()).min(1);
// Without a default, so that what was trained before it could be set is still the same.
const stopTimeoutMs = z.int().min(1).optional().describe('How long `stop` may take before it is ended; 10 minutes');

/** A machine reached by the system's ssh and scp. */
export const sshSchema = z.object({
  host: z
    .string()
    .regex(/^[^-\s]\S*$/, 'must be a host name')
    .describe('Host name or address'),
  user: z
    .string()
    .regex(/^[^-\s]\S*$/)
    .optional(),
  port: z.int().min(1).max(65_535).default(22),
  key: z.string().optional().describe('Path of the private key; the agent and ~/.ssh/config work too'),
  knownHosts: z.string().optional().describe("Path of a known_hosts file to use instead of the user's"),
  hostKey: z
    .enum(['yes', 'accept-new', 'no'])
    .default('yes')
    .describe("ssh's StrictHostKeyChecking: only known hosts, first use trusted, or anything goes"),
  folder: z
    .string()
    .regex(/^[\w./-]+$/, 'must be a plain path')
    .default('diatom-train')
    .describe('Folder on the machine below which each training gets its own'),
  start: words
    .optional()
    .describe('Command here that starts the machine, for example [gcloud, compute, instances, start, gpu1]'),
  stop: words.optional().describe('Command here that stops it again'),
  readyTimeoutMs: z.int().default(300_000).describe('How long ssh may be refused after start'),
  stopTimeoutMs,
});

/**
 * A machine of any cloud or cluster, by the commands its owner would type.
 *
 * Words in braces are filled in: `{name}` (ours, for tags), `{from}` and `{to}` (paths or file names) and `{command}`
 * (one shell line). No shell stands between: each word is one argument.
 */
export const commandSchema = z.object({
  start: words.describe('Starts the machine {name}'),
  status: words.optional().describe('Exits 0 when it is ready; asked every few seconds'),
  send: words.describe('Copies the local {from} to {to} on the machine'),
  run: words.describe('Runs {command} on the machine and exits with its code'),
  fetch: words.describe('Copies {from} on the machine to the local {to}'),
  stop: words.describe('Stops the machine {name}; must also succeed when there is none'),
  readyTimeoutMs: z.int().default(600_000),
  stopTimeoutMs,
});

export type SshSettings = z.output<typeof sshSchema>;
export type MachineCommands = z.output<typeof commandSchema>;
