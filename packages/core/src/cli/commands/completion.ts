import { fail } from '../../model/failure.ts';
import { RunnerCommand } from '../runner-command.ts';

/** `runner completion`: the script a shell reads at its start; candidates come from `runner __complete` each time. */
export class CompletionCommand extends RunnerCommand {
  async run(): Promise<number> {
    const line = await this.readLine();
    const shell = line.arg('shell');
    const script = scripts[shell];
    if (script === undefined) throw fail('name.unknown', { kind: 'shell', name: shell, known: Object.keys(scripts) });
    this.context.world.stdout.write(script);
    return 0;
  }
}

const scripts: { readonly [shell: string]: string | undefined } = {
  // COMP_WORDBREAKS holds the colon: what stands before it in `diatom:build` must be cut from the candidates.
  bash: `_runner() {
  local words=() word prefix line
  local current="\${COMP_LINE:0:COMP_POINT}"
  read -ra words <<< "$current"
  [[ "$current" == *" " ]] && words+=("")
  word="\${words[-1]}"
  prefix=""
  [[ "$word" == *:* && "$COMP_WORDBREAKS" == *:* ]] && prefix="\${word%"\${word##*:}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    if [[ "$line" == ":files" ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("\${line#"$prefix"}")
    fi
  done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
}
complete -F _runner runner
`,
  zsh: `#compdef runner
_runner() {
  local -a found
  local line word about files=0
  while IFS=$'\\t' read -r word about; do
    if [[ "$word" == ":files" ]]; then files=1; else found+=("\${word//:/\\\\:}\${about:+:$about}"); fi
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe 'runner' found
  (( files )) && _files
}
compdef _runner runner
`,
  fish: `function __runner_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c runner -f -a '(__runner_complete)'
`,
};
