import assert from 'node:assert/strict';
import sharp from 'sharp';
import { contactSheet } from '../src/contact-sheet.ts';
import { findLeaks } from '../src/leaks.ts';
import { reportPage, thumbnail } from '../src/report.ts';
import { pickSamples } from '../src/samples.ts';
import { seeded, shuffle } from '../src/seeded.ts';
import { split } from '../src/split.ts';
import { splitReport } from '../src/split-report.ts';

const hostile = `<script>alert("x")</script>&'\uFFFF`;

describe('reportPage', () => {
  it('escapes every text it is given', () => {
    const page = reportPage({
      title: hostile,
      subtitle: hostile,
      figures: [{ label: hostile, value: hostile }],
      sections: [
        {
          title: hostile,
          blocks: [
            { kind: 'text', text: hostile },
            { kind: 'table', caption: hostile, columns: [hostile], rows: [[hostile]] },
            { kind: 'bars', caption: hostile, series: [hostile], rows: [{ label: hostile, values: [1] }] },
            {
              kind: 'images',
              caption: hostile,
              columns: [hostile],
              rows: [{ label: hostile, cells: [[{ src: undefined, caption: hostile }]] }],
            },
            {
              kind: 'pairs',
              caption: hostile,
              series: [hostile],
              pairs: [
                {
                  pictures: [
                    { src: undefined, caption: hostile },
                    { src: undefined, caption: hostile },
                  ],
                  parts: [hostile, hostile],
                  note: hostile,
                },
              ],
            },
          ],
        },
      ],
      provenance: [{ label: hostile, value: hostile }],
    });
    assert.doesNotMatch(page, /<script|alert\("x"\)|&'/);
    // In running text long keys may break after a slash; nothing else is put between characters.
    assert.ok(
      page.replaceAll('<wbr>', '').split('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&#39;').length > 20,
    );
  });

  it('refuses pictures from elsewhere and loads nothing', () => {
    const withPicture = (src: string): string =>
      reportPage({
        title: 't',
        sections: [
          {
            title: 's',
            blocks: [
              {
                kind: 'images',
                caption: 'c',
                columns: ['a'],
                rows: [{ label: 'l', cells: [[{ src, caption: 'p' }]] }],
              },
            ],
          },
        ],
      });
    for (const src of [
      'https://example.org/a.png',
      'data:text/html;base64,AAAA',
      'data:image/png;base64,AA" onerror="x',
    ]) {
      assert.throws(() => withPicture(src), RangeError);
    }
    const page = withPicture('data:image/png;base64,AAAA');
    assert.doesNotMatch(page, /https?:|url\(|@import|<link|<script/);
    assert.match(page, /default-src 'none'; img-src data:; style-src 'unsafe-inline'/);
  });

  it('numbers tables and figures over the whole page and groups digits', () => {
    const table = { kind: 'table', caption: 'c', columns: ['n'], rows: [[1234567]] } as const;
    const bars = { kind: 'bars', caption: 'c', series: ['a'], rows: [{ label: 'l', values: [1234] }] } as const;
    const page = reportPage({
      title: 't',
      sections: [
        { title: 'one', blocks: [table, bars] },
        { title: 'two', blocks: [table, bars] },
      ],
    });
    for (const text of ['Table 1.', 'Table 2.', 'Figure 1.', 'Figure 2.', '1,234,567', '1,234'])
      assert.ok(page.includes(text), text);
  });

  it('says a single series once: it is its own sum and needs no key', () => {
    const rows = [{ label: 'l', values: [1234] }];
    const bars = (series: readonly string[]): string =>
      reportPage({
        title: 't',
        subtitle: '',
        sections: [{ title: 's', blocks: [{ kind: 'bars', caption: '', series, rows }] }],
      });
    assert.equal(bars(['images']).split('1,234').length - 1, 1);
    assert.ok(!bars(['images']).includes('class="legend"') && bars(['images']).includes('>images</th>'));
    assert.ok(bars(['train', 'test']).includes('class="legend"') && bars(['train', 'test']).includes('>all</th>'));
  });

  it('draws bars to one scale', () => {
    const page = reportPage({
      title: 't',
      sections: [
        {
          title: 's',
          blocks: [
            {
              kind: 'bars',
              caption: 'c',
              series: ['a', 'b'],
              rows: [
                { label: 'x', values: [30, 10] },
                { label: 'y', values: [0, 20] },
              ],
            },
          ],
        },
      ],
    });
    const bars = [...page.matchAll(/<rect class="p(\d)" x="([\d.]+)" y="0" width="([\d.]+)"/g)].map(
      ([, part, x, width]) => [part, x, width],
    );
    assert.deepEqual(bars, [
      ['0', '0', '750'],
      ['1', '750', '250'],
      ['1', '0', '500'],
    ]);
  });
});

describe('splitReport', () => {
  const items = ['a', 'b'].flatMap((name) =>
    Array.from({ length: 20 }, (_, index) => ({ key: `${name}/${index}.png`, class: name })),
  );
  const plan = split(items, { parts: { test: 5, train: 'rest' } });
  const picture = sharp({ create: { width: 40, height: 30, channels: 3, background: '#336699' } })
    .png()
    .toBuffer();

  it('shows sizes, classes, samples and leaks, the same page every time', async () => {
    const hashed = plan.assignments.map((line, index) => ({
      key: line.key,
      split: line.split,
      class: String(line.class),
      sha256: index < 2 ? 'same' : `${index}`,
    }));
    const leaks = findLeaks([
      ...hashed,
      { key: 'copy', split: 'test', class: 'c', sha256: 'same' },
      { key: 'other', split: 'train', class: 'd', sha256: 'same' },
    ]);
    const read: string[] = [];
    const make = async (): Promise<string> =>
      reportPage(
        await splitReport(plan, {
          title: 'A set',
          leaks,
          perCell: 2,
          read: async (key) => {
            read.push(key);
            return key === 'copy' ? Buffer.from('no picture') : picture;
          },
        }),
      );
    const page = await make();
    assert.equal(await make(), page);
    for (const text of ['Parts', 'Classes', 'Samples', 'Leaks', 'same bytes', 'unreadable', 'classes differ'])
      assert.ok(page.includes(text), text);
    assert.equal(read.length, 2 * (2 * 2 * 2 + 2));
  });

  it('needs no pictures and no leak search', async () => {
    const { sections, figures } = await splitReport(plan, { title: 'A set' });
    assert.deepEqual(
      sections.map(({ title }) => title),
      ['Parts', 'Classes'],
    );
    assert.deepEqual(
      figures?.map(({ value }) => value),
      [40, 2, 0],
    );
  });
});

describe('pickSamples', () => {
  const items = Array.from({ length: 60 }, (_, index) => ({
    key: `k${index}`,
    class: index % 3 ? 'x' : ['y', 'z'],
    split: index % 2 ? 'test' : 'train',
  }));

  it('draws the same items whatever order they come in, each cell for itself', () => {
    const rows = pickSamples(items, { parts: ['test', 'train'], perCell: 3, seed: 4 });
    assert.deepEqual(
      rows.map((row) => [row.class, row.cells.map((cell) => [cell.split, cell.items.length])]),
      [
        [
          'x',
          [
            ['test', 3],
            ['train', 3],
          ],
        ],
        [
          'y',
          [
            ['test', 3],
            ['train', 3],
          ],
        ],
        [
          'z',
          [
            ['test', 3],
            ['train', 3],
          ],
        ],
      ],
    );
    assert.deepEqual(pickSamples(shuffle(items, seeded(9)), { parts: ['test', 'train'], perCell: 3, seed: 4 }), rows);
    assert.notDeepEqual(pickSamples(items, { parts: ['test', 'train'], perCell: 3, seed: 5 }), rows);
  });

  it('leaves a cell empty where a part lacks the class', () => {
    const [row] = pickSamples([{ key: 'a', class: 'x', split: 'train' }], { parts: ['test', 'train'] });
    assert.deepEqual(
      row?.cells.map((cell) => cell.items.length),
      [0, 1],
    );
  });
});

describe('contactSheet', () => {
  it('places samples by class and part, and crosses out what cannot be decoded', async () => {
    const lines = [
      { key: 'good', class: hostile, split: 'train' },
      { key: 'bad', class: hostile, split: 'test' },
      { key: 'tiny', class: 'b', split: 'train' },
    ];
    const square = (size: number): Promise<Buffer> =>
      sharp({ create: { width: size, height: size, channels: 3, background: '#00ff00' } })
        .png()
        .toBuffer();
    const png = await contactSheet(lines, {
      title: hostile,
      parts: ['train', 'test'],
      perCell: 1,
      cellPx: 64,
      read: async ({ key }) => (key === 'bad' ? Buffer.from('?') : square(key === 'tiny' ? 8 : 300)),
    });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    const count = (red: number, green: number, blue: number): number => {
      let found = 0;
      for (let at = 0; at < data.length; at += info.channels)
        if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) found++;
      return found;
    };
    // A picture is shrunk to its cell, a small one is not enlarged.
    assert.equal(count(0, 255, 0), 64 * 64 + 8 * 8);
    assert.ok(count(0xb0, 0x47, 0x3c) > 100);
  });
});

describe('thumbnail', () => {
  it('is a small WebP without metadata, or nothing for what cannot be decoded', async () => {
    const photo = await sharp({ create: { width: 400, height: 200, channels: 3, background: 'red' } })
      .withExif({ IFD0: { Artist: 'somebody' } })
      .jpeg()
      .toBuffer();
    const uri = await thumbnail(photo, { sidePx: 50 });
    const small = await sharp(Buffer.from(uri!.split(',')[1]!, 'base64')).metadata();
    assert.deepEqual([small.format, small.width, small.height, small.exif], ['webp', 50, 25, undefined]);
    assert.equal(await thumbnail(Buffer.from('no picture')), undefined);
  });
});
