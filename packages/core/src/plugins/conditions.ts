// `NODE_OPTIONS` reaches child processes by itself; `execArgv` does not.

/** Whether this process resolves packages of this repository to their sources (`--conditions=source`). */
export function runsFromSources(): boolean {
  const options = [...process.execArgv, ...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/)];
  return options.some((option, i) => {
    const flag = option === 'source' ? `${options[i - 1] ?? ''}=source` : option;
    return flag === '--conditions=source' || flag === '-C=source';
  });
}

/** The options a child process needs to resolve modules as this one does. */
export function inheritedConditions(): string[] {
  // Not all of them: `--inspect` would make the child wait for a port that is taken.
  return process.execArgv.filter((option, i, all) => {
    const before = all[i - 1] ?? '';
    return (
      /^(?:--conditions|-C|--import|--experimental-)/.test(option) || /^(?:--conditions|-C|--import)$/.test(before)
    );
  });
}
