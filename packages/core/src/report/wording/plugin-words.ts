import type { WordsOf } from './words.ts';

/** Plugins and the packages they stand on. */
export const pluginWords: WordsOf<'plugin' | 'sdk'> = {
  'plugin.missing': {
    means: 'A plugin named in `runner.yaml` is not installed in the project.',
    title: (f) => `The plugin ${f.name} is not installed`,
    hint: (f) => `Install it with: ${f.install}`,
  },
  'plugin.broken': {
    means: 'A plugin could not be loaded, or is not a plugin; it is off and the others go on.',
    title: (f) => `The plugin ${f.name} could not be loaded: ${f.message}`,
    hint: () => 'Look closer with: runner plugins doctor',
  },
  'plugin.api': {
    means: 'A plugin was written for another version of the plugin API; it is off and the others go on.',
    title: (f) => `The plugin ${f.name} wants plugin API ${f.found}, this runner has ${f.supported}`,
    hint: (f) =>
      Number(f.found) > f.supported
        ? 'Update the runner: npm install @dataset-runner/core@latest'
        : `Update the plugin: npm install ${f.name}@latest`,
  },
  'plugin.duplicate': {
    means: 'Two plugins of the project have the same name.',
    title: (f) => `Two plugins are called ${f.name}`,
    facts: (f) => f.places.map((place) => ['from', place] as const),
    hint: () => 'Take one of them out of plugins in runner.yaml.',
  },
  'sdk.missing': {
    means: 'A library that this kind of store stands on is not installed; it is optional because it is big.',
    title: (f) => `The package ${f.package} is needed here and not installed`,
    hint: (f) => `Install it with: ${f.install}`,
  },
};
