import { defineFailures } from '@dataset-runner/core/plugin';

/** What can be wrong with a VOC annotation. */
export const vocFailures = defineFailures('voc', {
  invalid: {
    about: 'A VOC annotation is no well-formed XML, or lacks something every annotation has.',
    message: (of: {
      readonly file: string;
      /** 1-based. */
      readonly line: number;
      readonly why: string;
    }) => `${of.file}, line ${of.line}: ${of.why}`,
    hint: () =>
      'An annotation is <annotation> with <size> and one <object> for each thing, each with <name> and a box.',
  },
});
