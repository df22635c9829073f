import { commandMachine } from './command.ts';
import { localMachine } from './local.ts';
import type { Machine, MachineTools } from './machine.ts';
import type { MachineCommands, SshSettings } from './machine-schemas.ts';
import { sshMachine } from './ssh.ts';

/** All that is needed to reach a machine again, after a crash too; plain JSON. */
export type MachineSpec =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'ssh'; readonly name: string; readonly ssh: SshSettings }
  | { readonly kind: 'command'; readonly name: string; readonly command: MachineCommands };

/** Reaches a machine by what is known of it; nothing is started yet. */
export function openMachine(spec: MachineSpec, tools: MachineTools): Machine {
  switch (spec.kind) {
    case 'local':
      return localMachine(spec.name, tools);
    case 'ssh':
      return sshMachine(spec.name, spec.ssh, tools);
    case 'command':
      return commandMachine(spec.name, spec.command, tools);
  }
}
