import assert from 'node:assert/strict';
import { readCsv } from '../src/csv.ts';
import { csvTable } from '../src/csv-rows.ts';

const file = 'list.csv';

function rowsOf(text: string): { readonly line: number; readonly cells: readonly string[] }[] {
  return [...csvTable(text, { file }).rows];
}

describe('csvTable', () => {
  it('reads rows with their lines past a byte order mark, Windows line ends, empty lines and quotes', () => {
    assert.deepEqual(rowsOf('\uFEFFa,b\r\n1,\r\n\r\n"x, ""y""","two\nlines"\r\n3,"4"\n,5'), [
      { line: 2, cells: ['1', ''] },
      { line: 4, cells: ['x, "y"', 'two\nlines'] },
      { line: 6, cells: ['3', '4'] },
      { line: 7, cells: ['', '5'] },
    ]);
  });

  it('reads what the streaming reader reads', async () => {
    const text = 'a,b,c\n1,"q",\n"multi\r\nline",2,"""\n"",x"\n,,\n';
    const streamed = [];
    for await (const { values } of readCsv(text, { file })) streamed.push(Object.values(values));
    assert.deepEqual(
      rowsOf(text).map(({ cells }) => cells),
      streamed,
    );
  });

  it('reads a header without rows, and bytes', () => {
    assert.deepEqual([...csvTable(Buffer.from('a,b'), { file }).rows], []);
    assert.deepEqual(csvTable('"a",b\n', { file }).columns, ['a', 'b']);
  });

  for (const [what, text, message] of [
    ['too few cells', 'a,b\n1,2\n3\n', 'table.row-invalid: list.csv, line 3: 1 cells where the header has 2'],
    ['too many cells', 'a\n1,2\n', 'table.row-invalid: list.csv, line 2: 2 cells where the header has 1'],
    ['an open quote', 'a\n\n"x\n', 'table.row-invalid: list.csv, line 3: a quote is opened and never closed'],
    [
      'text after a quote',
      'a,b\n1,"x"y\n',
      'table.row-invalid: list.csv, line 2: a quote stands in the middle of cell 2',
    ],
    [
      'a quote in a cell',
      'a,b\n1,x"y"\n',
      'table.row-invalid: list.csv, line 2: a quote stands in the middle of cell 2',
    ],
    [
      'a lone carriage return',
      'a,b\r1,2\r',
      'table.row-invalid: list.csv, line 1: a carriage return stands alone; end lines with a line feed',
    ],
    ['an empty file', '', 'table.header-missing: list.csv is empty: it has no header line'],
    ['a doubled column', 'a,a\n', "table.header-duplicate: list.csv: two columns are called 'a'"],
  ] as const) {
    it(`names the line of ${what}`, () => {
      assert.throws(() => rowsOf(text), { message });
    });
  }

  it('reads cells of megabytes, and no bytes that are not UTF-8', () => {
    const long = `${'x'.repeat(12_000_000)}""`;
    assert.equal(rowsOf(`a,b\n"${long}",1\n`)[0]?.cells[0]?.length, 12_000_001);
    assert.throws(() => csvTable(Buffer.from('a,b\n1,\u00ed\n', 'latin1'), { file }), {
      message: /line 2: it is not UTF-8/,
    });
  });

  it('names a missing column', () => {
    assert.throws(() => csvTable('a,b\n', { file, required: ['c'] }), {
      message: /no column 'c'; its columns are a, b/,
    });
  });
});
