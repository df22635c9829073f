import assert from 'node:assert/strict';
import { type Table, tableFromParquet, tableToCsv, tableToParquet } from '../src/table.ts';

const table: Table = {
  columns: [
    { name: 'image', type: 'text' },
    { name: 'area', type: 'integer' },
    { name: 'score', type: 'number' },
    { name: 'living', type: 'boolean' },
  ],
  rows: [
    { image: 'a.png', area: 9_007_199_254_740_991, score: 0.1, living: true },
    { image: '\u00e9, "b"', area: -1, score: null, living: false },
    { image: null, area: null, score: -1e300, living: null },
  ],
};

describe('table', () => {
  it('comes back from Parquet as it was, types included', async () => {
    assert.deepEqual(await tableFromParquet(await tableToParquet(table)), table);
    const many = {
      ...table,
      rows: Array.from({ length: 5000 }, (_, index) => ({ ...table.rows[index % 3]!, area: index })),
    };
    assert.deepEqual(await tableFromParquet(await tableToParquet(many)), many);
  });

  it('is the same Parquet bytes every time', async () => {
    assert.deepEqual(await tableToParquet(table), await tableToParquet(structuredClone(table)));
  });

  it('becomes CSV with a header', () => {
    assert.equal(
      tableToCsv(table),
      'image,area,score,living\na.png,9007199254740991,0.1,true\n"\u00e9, ""b""",-1,,false\n,,-1e+300,\n',
    );
  });

  it('may have no rows', async () => {
    const empty = { ...table, rows: [] };
    assert.deepEqual(await tableFromParquet(await tableToParquet(empty)), empty);
  });

  it('refuses a value that does not fit its column', async () => {
    const wrong = { ...table, rows: [table.rows[0]!, { image: 'b', area: 1.5, score: 1, living: true }] };
    const message = "table.value-invalid: row 2 of column 'area' is 1.5, which is no integer";
    assert.throws(() => tableToCsv(wrong), { message });
    await assert.rejects(tableToParquet(wrong), { message });
  });

  it('reads decimals and dates that are kept as integers as texts, whether any value is there or not', async () => {
    const { parquetWriteBuffer } = await import('hyparquet-writer');
    const file = parquetWriteBuffer({
      columnData: [
        { name: 'price', data: [1.25, null] },
        { name: 'day', data: [null, null] },
      ],
      schema: [
        { name: 'root', num_children: 2 },
        {
          name: 'price',
          type: 'INT32',
          converted_type: 'DECIMAL',
          scale: 2,
          precision: 7,
          repetition_type: 'OPTIONAL',
        },
        { name: 'day', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
      ],
    });
    assert.deepEqual(await tableFromParquet(new Uint8Array(file)), {
      columns: [
        { name: 'price', type: 'text' },
        { name: 'day', type: 'text' },
      ],
      rows: [
        { price: '1.25', day: null },
        { price: null, day: null },
      ],
    });
  });

  it('says when a file is no Parquet', async () => {
    await assert.rejects(tableFromParquet(Buffer.from('image,area\n')), { message: /^table.parquet-invalid: / });
  });
});
