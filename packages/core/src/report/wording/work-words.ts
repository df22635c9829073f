import { counted, took } from '../units.ts';
import type { Words, WordsOf } from './words.ts';

/** Items, steps, tasks and runs. */
export const workWords: WordsOf<'item' | 'step' | 'task' | 'run' | 'runtime'> & { readonly bug: Words<'bug'> } = {
  'item.duplicate': {
    means: 'Two items of one map have the same key, or of two maps of one step into one place.',
    title: (f) =>
      f.other === undefined
        ? `${f.map} has two items with the key ${f.key}`
        : `${f.other} and ${f.map} each have an item with the key ${f.key}, of one step in one place`,
    hint: (f) =>
      f.other === undefined
        ? 'Give the map a key function that tells its items apart.'
        : 'Give one of them another `key`, or another place.',
  },
  'item.key': {
    means: 'An item has no usable key.',
    title: (f) => `${f.key === '' ? 'An item' : `The item ${f.key}`} cannot be named: ${f.why}`,
    hint: () => 'Give the map a key function that returns a short text, the same in every run.',
  },
  'item.not-json': {
    means: 'An item or a result holds something that JSON cannot carry.',
    title: (f) => `${f.path} cannot be kept: ${f.why}`,
    hint: () => 'Items and results are plain data; write bytes with output.write and hand on the FileRef.',
  },
  'item.crashed': {
    means: 'Working on this item ended the whole process, twice; it was found by halving and is left out.',
    title: (f) => `This item ends the process it is worked on in: ${f.how}`,
    hint: () => 'Look at its input; a broken file or too little memory are the usual reasons.',
  },
  'step.failed': {
    means: 'The work of a step threw an error that is not in any catalogue.',
    title: (f) => f.message,
    stack: (f) => f.stack,
  },
  'step.timeout': {
    means: 'An item took longer than its step allows.',
    title: (f) => `Not done after ${took(f.timeoutMs)}, so it was stopped`,
    hint: () => 'Run again to try once more, or raise timeoutMs of the step.',
  },
  'step.incomplete': {
    means: 'What comes next needs all results of a map, and some of its items failed.',
    title: (f) => `${counted(f.failed, 'item')} of ${f.map} failed, so what needs all of them was not done`,
    hint: () => 'Repair these items and run again; what is done is kept.',
  },
  'step.undeclared': {
    means: 'A task or step used something that it did not declare.',
    title: (f) => `${f.name} is used but not declared as a ${f.what}`,
    hint: () => 'Declare it where the task or step is defined.',
  },
  'task.outputs': {
    means: 'What a task returned does not fit the outputs it declares.',
    title: (f) => `${f.task} returned something else than it declares`,
    problems: (f) => f.problems,
    hint: () => 'This is for the author of the plugin; all items were done and are kept.',
  },
  'run.interrupted': {
    means: 'The run was asked to stop before it was through.',
    title: (f) => `Stopped after ${counted(f.done, 'item')}`,
    hint: () => 'Nothing done is lost; the same command goes on from here.',
  },
  'run.unknown': {
    means: 'There is no run of that number in this project.',
    title: (f) => `There is no run ${f.run}`,
    hint: () => 'See the runs with: runner runs',
  },
  bug: {
    means: 'Dataset Runner did something its authors did not expect.',
    title: (f) => `This is a bug in Dataset Runner: ${f.message}`,
    stack: (f) => f.stack,
    hint: () => 'Nothing committed is lost. Please report it with these lines and the output of: runner doctor',
  },
};
