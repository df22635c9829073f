import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { skip } from '../../../test/support/skip.ts';
import { readVoc, wholeBox } from '../src/voc.ts';

const file = 'a.xml';
const box = '<xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40.5</ymax>';
const size = '<size><width>100</width><height>50</height><depth>3</depth></size>';

describe('readVoc', () => {
  it('reads characters that are written as numbers', () => {
    const named = '<annotation><filename>a &amp; &#233;&#xe9;.jpg</filename></annotation>';
    assert.equal(readVoc(named, { file: 'a.xml' }).fileName, 'a & \u00e9\u00e9.jpg');
  });

  it('reads every object with its box and its line, past a byte order mark and Windows line ends', () => {
    const text = `\uFEFF\r\n<annotation><folder>f</folder><filename>n 1.jpg</filename>${size}\r\n<object><name>cat &amp; dog</name>\r\n<truncated>1</truncated><bndbox>${box}</bndbox></object><object><name>cat</name><difficult>1</difficult><bndbox>${box}</bndbox></object></annotation>`;
    const at = { xMin: 1, yMin: 2, xMax: 30, yMax: 40.5, line: 4 };
    const expected = {
      folder: 'f',
      fileName: 'n 1.jpg',
      size: { width: 100, height: 50 },
      objects: [
        { name: 'cat & dog', line: 3, truncated: true, difficult: false, boxes: { bndbox: at } },
        { name: 'cat', line: 4, truncated: false, difficult: true, boxes: { bndbox: at } },
      ],
    };
    assert.deepEqual(readVoc(text, { file }), expected);
    assert.deepEqual(readVoc(Buffer.from(text), { file }), expected);
  });

  it('takes the body for the whole object, and never the head', () => {
    const both = `<headbndbox>${box}</headbndbox><bodybndbox>${box.replace('30', '99')}</bodybndbox>`;
    const [dog, head] = readVoc(
      `<annotation><object><name>dog</name>${both}</object><object><name>dog</name><headbndbox>${box}</headbndbox></object></annotation>`,
      { file },
    ).objects;
    assert.equal(wholeBox(dog!)?.xMax, 99);
    assert.equal(dog?.boxes['headbndbox']?.xMax, 30);
    assert.equal(wholeBox(head!), undefined);
  });

  it('reads an annotation without objects, and takes a size of 0 for none', () => {
    const empty = { folder: '', fileName: '', objects: [] };
    assert.deepEqual(readVoc('<annotation>\n</annotation>', { file }), empty);
    const zero = '<annotation><size><width>0</width><height>0</height></size></annotation>';
    assert.deepEqual(readVoc(zero, { file }), empty);
  });

  for (const [what, text, message] of [
    ['broken XML', '<annotation>\n<object></annotation>', /^voc\.invalid: a\.xml, line 2: /],
    ['a page', '<html><body/></html>', /line 1: the document is no <annotation>/],
    ['an empty file', '', /^voc\.invalid: a\.xml, line 1: /],
    [
      'an object without a name',
      `<annotation>\n\n<object><bndbox>${box}</bndbox></object></annotation>`,
      /line 3: .* <name>/,
    ],
    [
      'an object without a box',
      '<annotation>\r\n<object><name>x</name></object></annotation>',
      /line 2: 'x' has no <bndbox>/,
    ],
    ['an empty object', '<annotation>\n<object></object></annotation>', /line 2: an object is empty/],
    [
      'an empty box',
      '<annotation>\n<object><name>x</name><bndbox/></object></annotation>',
      /line 2: 'x' needs one whole <bndbox>/,
    ],
    [
      'a missing corner',
      '<annotation>\n<object><name>x</name>\n<bndbox><xmin>1</xmin></bndbox></object></annotation>',
      /line 3: <ymin> is missing/,
    ],
    [
      'a corner that is no number',
      `<annotation><object><name>x</name><bndbox>\n<xmin>1</xmin>\n<ymin>nan</ymin></bndbox></object></annotation>`,
      /line 3: <ymin> is 'nan', which is no number/,
    ],
  ] as const) {
    it(`names ${what} with its line`, () => {
      assert.throws(() => readVoc(text, { file }), { message });
    });
  }

  it('reads the annotations of the dog sets', function () {
    const data = process.env['RUNNER_TEST_DATA'];
    if (data === undefined) skip(this, 'RUNNER_TEST_DATA is not set');
    const folder = join(data, 'dogs');
    if (!existsSync(folder)) skip(this, `${folder} does not exist`);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    assert.ok(files.length > 0);
    for (const { name, parentPath } of files) {
      const { size: image, objects } = readVoc(readFileSync(join(parentPath, name)), { file: name });
      const whole = wholeBox(objects[0]!)!;
      assert.ok(image && whole.xMax <= image.width && whole.yMax <= image.height && whole.xMin < whole.xMax, name);
      if (name.startsWith('n103339')) assert.deepEqual([whole.xMin, whole.yMax], [79, 332]);
    }
  });
});
