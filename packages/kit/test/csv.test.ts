import assert from 'node:assert/strict';
import { type CsvReadOptions, type CsvRow, readCsv, writeCsv } from '../src/csv.ts';

describe('readCsv', () => {
  it('reads rows with their lines from text, bytes or a stream', async () => {
    const text = '\uFEFFname,note\r\na,"x, ""y"""\r\n\r\nb,"two\nlines"\r\n';
    const expected = [
      { line: 2, values: { name: 'a', note: 'x, "y"' } },
      { line: 5, values: { name: 'b', note: 'two\nlines' } },
    ];
    const bytes = Buffer.from(text);
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (const byte of bytes) yield Uint8Array.of(byte);
    };
    for (const input of [text, bytes, pieces()]) assert.deepEqual(await rowsOf(input), expected);
  });

  it('refuses a missing or doubled column and names what it found', async () => {
    await assert.rejects(rowsOf('a,b\n1,2\n', { required: ['b', 'c'] }), {
      message: "table.header-missing: list.csv: no column 'c'; its columns are a, b",
    });
    await assert.rejects(rowsOf('', { required: ['c'] }), {
      message: 'table.header-missing: list.csv is empty: it has no header line',
    });
    await assert.rejects(rowsOf(''), { message: /table.header-missing/ });
    await assert.rejects(rowsOf('a,a\n'), { message: "table.header-duplicate: list.csv: two columns are called 'a'" });
  });

  it('names the line that has too many cells or a broken quote', async () => {
    await assert.rejects(rowsOf('a,b\n1,2\n1,2,3\n'), { message: /^table.row-invalid: list.csv, line 3: / });
    await assert.rejects(rowsOf('a,b\r\n1,"two\r\nlines"\r\n1,2,3\r\n'), {
      message: 'table.row-invalid: list.csv, line 4: Invalid Record Length: expect 2, got 3',
    });
    await assert.rejects(rowsOf('a,b\n1,"2" x\n'), { message: /^table.row-invalid: list.csv, line 2: / });
    await assert.rejects(rowsOf('a,b\n1,"2\n'), { message: /^table.row-invalid: list.csv, line \d: / });
  });

  it('takes lines that end in different ways, and counts those inside quotes', async () => {
    assert.deepEqual(await rowsOf('a,b\n1,x\r\n2,y\n'), [
      { line: 2, values: { a: '1', b: 'x' } },
      { line: 3, values: { a: '2', b: 'y' } },
    ]);
    const windows = await rowsOf('a,b\r\n"1\r\n1",x\r\n2,y\n3,z\r\n');
    assert.deepEqual(
      windows.map(({ line, values }) => [line, values['b']]),
      [
        [3, 'x'],
        [4, 'y'],
        [5, 'z'],
      ],
    );
    assert.equal((await rowsOf('a,b\r1,x\r2,y\r')).length, 2);
  });

  it('reads UTF-8, or UTF-16 that says so, however it is cut, and nothing else', async () => {
    const text = '\uFEFFa,b\n1,Nav\u00edcula\n';
    const utf16 = Buffer.from(text, 'utf16le');
    for (const bytes of [Buffer.from(text), utf16, Buffer.from(utf16).swap16()]) {
      const bytewise = async function* (): AsyncGenerator<Uint8Array> {
        for (const byte of bytes) yield Uint8Array.of(byte);
      };
      assert.deepEqual(await rowsOf(bytewise()), [{ line: 2, values: { a: '1', b: 'Nav\u00edcula' } }]);
    }
    await assert.rejects(rowsOf(Buffer.from('a,b\n1,x\n2,Nav\u00edcula\n', 'latin1')), {
      message: /^table.row-invalid: list.csv, line 3: it is not UTF-8/,
    });
    await assert.rejects(rowsOf(Buffer.from('a,b\n1,\u00ed', 'latin1')), { message: /line 2: it is not UTF-8/ });
  });

  it('passes on the error of a stream that breaks', async () => {
    const broken = async function* (): AsyncGenerator<string> {
      yield 'a,b\n1,2\n';
      throw new Error('connection lost');
    };
    await assert.rejects(rowsOf(broken()), { message: 'connection lost' });
  });

  it('reads other delimiters', async () => {
    assert.deepEqual(await rowsOf('a;b\n1;2\n', { delimiter: ';' }), [{ line: 2, values: { a: '1', b: '2' } }]);
  });
});

describe('writeCsv', () => {
  const write = (values: readonly unknown[], formulas?: 'keep'): readonly string[] =>
    [
      ...writeCsv(
        values.map((v) => ({ v: v as string })),
        { columns: ['v'], ...(formulas ? { formulas } : {}) },
      ),
    ]
      .slice(1)
      .map((line) => line.slice(0, -1));

  it('disarms texts that a spreadsheet would run, and leaves numbers alone', () => {
    assert.deepEqual(write(['=1+1', '+cmd', '-x', '@sum', '\tx', '=a,"b"']), [
      "'=1+1",
      "'+cmd",
      "'-x",
      "'@sum",
      "'\tx",
      `"'=a,""b"""`,
    ]);
    assert.deepEqual(write([-3.5, '-3.5', '+1e-7', 'a=b', '-.5']), ['-3.5', '-3.5', '+1e-7', 'a=b', '-.5']);
    assert.deepEqual(write(['=1+1'], 'keep'), ['=1+1']);
  });

  it('quotes what needs it and leaves missing values empty', () => {
    assert.deepEqual(write(['a,b', 'say "hi"', null, undefined, Number.NaN, true, 0.1 + 0.2, 10n]), [
      '"a,b"',
      '"say ""hi"""',
      '',
      '',
      '',
      'true',
      '0.30000000000000004',
      '10',
    ]);
  });

  it('is read back as it was', async () => {
    const rows = [
      { a: 'x,"y"\nz', b: '' },
      { a: '\u00e9', b: '1' },
    ];
    const text = [...writeCsv(rows, { columns: ['a', 'b'] })].join('');
    assert.deepEqual(
      (await rowsOf(text)).map(({ values }) => values),
      rows,
    );
  });
});

async function rowsOf(
  input: Parameters<typeof readCsv>[0],
  options: Partial<CsvReadOptions> = {},
): Promise<readonly CsvRow[]> {
  const rows: CsvRow[] = [];
  for await (const row of readCsv(input, { file: 'list.csv', ...options })) rows.push(row);
  return rows;
}
