import { defineFailures } from '@dataset-runner/core/plugin';

/** What can go wrong with pipelines and parameters. */
export const pipelineFailures = defineFailures('registry', {
  'stage-unknown': {
    about: 'No pipeline has a stage, group or output of that name.',
    message: (of: { readonly name: string; readonly known: readonly string[] }) =>
      `there is no stage '${of.name}'; there ${of.known.length === 0 ? 'is none' : `are ${of.known.slice(0, 20).join(', ')}`}`,
  },
  'stage-there': {
    about: '`registry:stage-add` was given the name of a stage that is there already.',
    message: (of: { readonly name: string; readonly file: string }) => `${of.file} has a stage '${of.name}' already`,
    hint: () => 'Give --replace to write it anew.',
  },
  'stage-templated': {
    about: 'A stage that is made by foreach, matrix or templates is only changed by hand.',
    message: (of: { readonly name: string; readonly file: string }) =>
      `'${of.name}' in ${of.file} is filled in from a template`,
    hint: () => 'Edit the file.',
  },
  'stage-name': {
    about: 'A name has characters that DVC does not take for a stage.',
    message: (of: { readonly name: string }) => `'${of.name}' is no stage name: letters, digits, _ and - only`,
  },
  'graph-cycle': {
    about: 'Stages wait for each other in a ring, so none of them can be the first.',
    message: (of: { readonly stages: readonly string[] }) => `stages wait for each other: ${of.stages.join(' -> ')}`,
  },
  'dep-missing': {
    about:
      'A stage depends on a path where nothing is and that no stage makes, its `wdir` is not there, or a frozen stage lacks an output.',
    message: (of: { readonly stage: string; readonly path: string }) => `${of.stage}: ${of.path} is not there`,
    hint: () => 'Get tracked data with `registry:pull`, or correct the path in dvc.yaml.',
  },
  'out-missing': {
    about: 'The command of a stage ended well and did not make one of its outputs.',
    message: (of: { readonly stage: string; readonly path: string }) => `${of.stage} ended without making ${of.path}`,
  },
  'stage-failed': {
    about: 'The command of a stage ended with an error; its last lines are named, all of them are in the log.',
    message: (of: { readonly stage: string; readonly ended: string; readonly lines: readonly string[] }) =>
      [`${of.stage} ended with ${of.ended}`, ...of.lines.map((line) => `  ${line}`)].join('\n'),
  },
  'param-missing': {
    about: 'A stage names a parameter that its file does not have.',
    message: (of: {
      readonly stage: string;
      readonly name: string;
      readonly file: string;
      /** Where a Python file has it, but not as a literal. */
      readonly line?: number;
    }) =>
      of.line === undefined
        ? `${of.stage}: ${of.file} has no parameter '${of.name}'`
        : `${of.stage}: ${of.file}:${of.line}: '${of.name}' is no literal, and Python is not run here`,
  },
  'splits-leak': {
    about: '`registry:check --on-leak error` found alike images in different parts of a split.',
    message: (of: { readonly pairs: number }) =>
      `${of.pairs} pairs of alike images stand in different parts of a split`,
    hint: () => 'Look at check.html; keep pictures of one scene in one part.',
  },
  'no-images': {
    about: 'A place that images are taken from holds no file.',
    message: (of: { readonly place: string }) => `${of.place} has no images`,
    hint: () => 'Look at the name of the place, and whether its data was pulled.',
  },
  'version-there': {
    about: 'A version of an artifact is tagged in git already; versions do not move.',
    message: (of: { readonly tag: string }) => `git has the tag ${of.tag} already`,
  },
  'not-committed': {
    about: 'A version was to be tagged of data that the commit does not name: it would stand for other bytes.',
    message: (of: { readonly path: string; readonly file: string }) =>
      `${of.path} is not committed: HEAD does not name what ${of.file} names here`,
    hint: (of: { readonly file: string }) =>
      `Commit ${of.file.endsWith('.dvc') ? of.file : 'dvc.yaml and dvc.lock'}, and try again.`,
  },
  'not-as-tracked': {
    about: 'A card was to be written of data that is not here as it is tracked: it would tell of two things at once.',
    message: (of: { readonly path: string; readonly file: string }) => `${of.path} is not here as ${of.file} names it`,
    hint: () => 'Take changes over with `registry:commit`, or bring the data back with `registry:pull`.',
  },
  'tag-failed': {
    about: 'Git could not make a tag; its last words are named.',
    message: (of: { readonly tag: string; readonly why: string }) => `git made no tag ${of.tag}: ${of.why}`,
    hint: () => 'See `git config user.name` and `user.email`, and whether `git tag` works here.',
  },
  'version-name': {
    about: 'A name, version or stage of an artifact is none that GTO would read.',
    message: (of: { readonly what: string; readonly name: string; readonly form: string }) =>
      `'${of.name}' is no ${of.what}: ${of.form}`,
  },
});
