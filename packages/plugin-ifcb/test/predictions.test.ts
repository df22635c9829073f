import assert from 'node:assert/strict';
import { writeCsv } from '@dataset-runner/kit/csv';
import { decodeClasses, encodeClasses, readPredictions } from '../src/publish/predictions.ts';

const bin = 'D20240101T000000_IFCB199';

describe('the classes of a table of predictions', () => {
  it('have their own names, also those that a table keeps spreadsheets from running', async () => {
    const names = ['=sum', '+plus', '-det', '@at', "'quoted", 'Diatom'];
    const columns = ['bin', 'roi', 'image', 'class', 'class_auto', 'score', ...names.map((name) => `score_${name}`)];
    const rows = names.map((name, at) => ({ bin, roi: at + 1, class: name, class_auto: name, score: 0.5 }));
    const csv = [...writeCsv(rows, { columns })].join('');
    async function* bytes() {
      yield Buffer.from(csv);
    }
    const [read] = await Array.fromAsync(readPredictions(bytes(), { file: 'predictions.csv', classes: [] }));
    assert.deepEqual(read!.names, names);
    const classes = [...decodeClasses(Buffer.from(encodeClasses(read!)), 'classes.csv').values()];
    assert.deepEqual(
      classes.map(({ name, auto }) => [name, auto]),
      names.map((name) => [name, name]),
    );
  });
});
