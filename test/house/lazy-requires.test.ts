import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { lazyRequires } from '../../scripts/build/lazy-requires.ts';

interface Loaded {
  readonly exports: { readonly make: () => unknown };
  readonly required: readonly string[];
}

/** Runs a CommonJS module after it was made lazy; './maker' gives it a class `Maker` and a function `made`. */
function load(module: string): Loaded {
  const required: string[] = [];
  const require = (name: string): unknown => {
    required.push(name);
    return { Maker: class Maker {}, made: () => 'made', __esModule: true };
  };
  const exports = {} as Loaded['exports'];
  runInNewContext(lazyRequires(module), { require, exports, __importDefault: (value: unknown) => value });
  return { exports, required };
}

describe('modules of oclif in the bundle', () => {
  const uses: readonly { readonly what: string; readonly module: string }[] = [
    {
      what: 'a function',
      module: 'const maker_1 = require("./maker");\nexports.make = () => (0, maker_1.made)();\n',
    },
    { what: 'a class', module: 'const maker_1 = require("./maker");\nexports.make = () => new maker_1.Maker("a");\n' },
    {
      what: 'a default',
      module: 'const maker_1 = __importDefault(require("./maker"));\nexports.make = () => maker_1.made();\n',
    },
  ];
  for (const { what, module } of uses) {
    it(`require ${what} when it is first used`, () => {
      const { exports, required } = load(module);
      assert.deepEqual(required, []);
      assert.ok(exports.make());
      assert.deepEqual(required, ['./maker']);
    });
  }

  it('require at once what is handed on whole', () => {
    const { exports, required } = load('const maker_1 = require("./maker");\nexports.make = () => maker_1;\n');
    assert.deepEqual(required, ['./maker']);
    assert.ok(exports.make());
  });
});
