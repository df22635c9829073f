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
  // Bash's own words end at colons and stay quoted, so the line is read anew. What stands before the last break of the
  // word is not replaced by bash and must be cut from the candidates: `diatom:` of `diatom:build`, `--mode=` too.
  bash: `_runner() {
  local text="\${COMP_LINE:0:COMP_POINT}" words=() word="" quote="" begun="" breaks="" prefix="" char line i
  for ((i = 0; i < \${#text}; i++)); do
    char="\${text:i:1}"
    if [[ "$char" == "\\\\" && "$quote" != "'" ]]; then
      ((i++))
      word+="\${text:i:1}"
    elif [[ -n "$quote" ]]; then
      if [[ "$char" == "$quote" ]]; then quote=""; else word+="$char"; fi
    elif [[ "$char" == "'" || "$char" == '"' ]]; then
      quote="$char"
      begun=1
    elif [[ "$char" == [[:space:]] ]]; then
      [[ -n "$word$begun" ]] && words+=("$word")
      word=""
      begun=""
    else
      word+="$char"
    fi
  done
  words+=("$word")
  [[ "$COMP_WORDBREAKS" == *:* ]] && breaks+=":"
  [[ "$COMP_WORDBREAKS" == *=* ]] && breaks+="="
  [[ -z "$quote" && -n "$breaks" ]] && prefix="\${word%"\${word##*["$breaks"]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do
    if [[ "$line" == ":files" ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("\${line#"$prefix"}")
    fi
  done < <("\${words[0]}" __complete "\${words[@]:1}" 2>/dev/null)
  # A store goes on with a path.
  [[ \${#COMPREPLY[@]} == 1 && "\${COMPREPLY[0]}" == *: ]] && compopt -o nospace 2>/dev/null
}
complete -F _runner runner
`,
  // A file of `fpath` is the function itself when it is first asked; sourced, it only tells of it.
  zsh: `#compdef runner
_runner() {
  local -a found places
  local word about files=0
  while IFS=$'\\t' read -r word about; do
    if [[ "$word" == ":files" ]]; then files=1
    elif [[ "$word" == *: ]]; then places+=("\${word//:/\\\\:}\${about:+:$about}")
    else found+=("\${word//:/\\\\:}\${about:+:$about}"); fi
  done < <("\${words[1]}" __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe 'runner' found
  (( \${#places} )) && _describe 'store' places -S ''
  if (( files )); then
    [[ "\${words[CURRENT]}" == --*=* ]] && compset -P '*='
    _files
  fi
}
if [[ "\${funcstack[1]}" == _runner ]]; then _runner "$@"; else compdef _runner runner; fi
`,
  fish: `function __runner_complete
  # A quote that is still open is no part of the word, and neither is a backslash.
  set -l word (commandline -ct | string replace -r '^[\\'"]' '' | string unescape)
  set -l words (commandline -opc) "$word"
  for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
    if test "$line" = ":files"
      set -l flag (string match -r '^--[^=]+=' -- $word)
      for file in (__fish_complete_path (string replace -- "$flag" '' $word))
        echo "$flag$file"
      end
    else
      echo $line
    end
  end
end
complete -c runner -f -a '(__runner_complete)'
`,
};
