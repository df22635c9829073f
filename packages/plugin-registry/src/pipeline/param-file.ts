import { registryFailures } from '../failures.ts';
import { LineFault } from '../formats/line-fault.ts';
import { readPython } from '../formats/python-read.ts';
import { readToml } from '../formats/toml-read.ts';
import { isList, isMap, type Value, type ValueMap } from '../formats/value.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml, YamlFault } from '../formats/yaml-read.ts';

/** The file whose values every template and `params` sees unless another is named. */
export const defaultParamFile = 'params.yaml';

/** The values of a parameter file in YAML, JSON, TOML or Python; `file` is its name in failures. */
export function paramsOf(file: string, text: string): ValueMap {
  try {
    const value = valuesIn(file, text);
    if (isMap(value)) return value;
    throw registryFailures['file-broken']({ file, line: 1, why: 'it is no map of names' });
  } catch (error) {
    if (!(error instanceof YamlFault || error instanceof LineFault)) throw error;
    throw registryFailures['file-broken']({ file, line: error.line, why: error.message });
  }
}

function valuesIn(file: string, text: string): Value {
  if (/\.toml$/i.test(file)) return readToml(text);
  if (isPython(file)) return readPython(text).values;
  // JSON is YAML too, and read so its ints and floats stay apart.
  return valueOf(readYaml(text).root);
}

/** The line where a Python file assigns to a name what is no literal; undefined for names that it has not. */
export function lineSkipped(file: string, text: string, name: string): number | undefined {
  return isPython(file) ? readPython(text).skipped.get(name) : undefined;
}

function isPython(file: string): boolean {
  return /\.py$/i.test(file);
}

/**
 * The value of a dotted parameter name (`train.lr`, `sizes.0`), undefined where there is none.
 *
 * No more than DVC finds: it would take a value under another spelling for a deleted one.
 */
export function paramAt(params: ValueMap, name: string): Value | undefined {
  let value: Value | undefined = params;
  for (const part of name.split('.')) {
    value = isMap(value) ? value.get(part) : isList(value) && /^\d+$/.test(part) ? value[Number(part)] : undefined;
    if (value === undefined) return undefined;
  }
  return value;
}
