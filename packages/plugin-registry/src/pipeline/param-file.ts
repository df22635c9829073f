import { registryFailures } from '../failures.ts';
import { isList, isMap, type Value, type ValueMap } from '../formats/value.ts';
import { valueOf } from '../formats/yaml-node.ts';
import { readYaml, YamlFault } from '../formats/yaml-read.ts';
import { pipelineFailures } from './pipeline-failures.ts';

/** The file whose values every template and `params` sees unless another is named. */
export const defaultParamFile = 'params.yaml';

/** The values of a parameter file in YAML or JSON; `file` is its name in failures. */
export function paramsOf(file: string, text: string): ValueMap {
  if (/\.(?:toml|py)$/.test(file)) throw pipelineFailures['params-unsupported']({ file });
  try {
    // JSON is YAML too, and read so its ints and floats stay apart.
    const value = valueOf(readYaml(text).root);
    if (isMap(value)) return value;
    throw registryFailures['file-broken']({ file, line: 1, why: 'it is no map of names' });
  } catch (error) {
    if (!(error instanceof YamlFault)) throw error;
    throw registryFailures['file-broken']({ file, line: error.line, why: error.message });
  }
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
