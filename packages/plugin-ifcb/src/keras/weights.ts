import type { Group } from 'h5wasm/node';
import { kerasFailures } from './failures.ts';
import type { Weight } from './network.ts';

/** The weights of each layer, by the last part of their name without the number: `kernel`, `gamma`, ... */
export type LayerWeights = ReadonlyMap<string, ReadonlyMap<string, Weight>>;

/**
 * Reads the weights of an HDF5 file that Keras wrote, by `save_weights` or as part of a whole model.
 *
 * Throws `ifcb.keras-weights` for what is no such file.
 */
export async function readWeights(path: string, { file }: { readonly file: string }): Promise<LayerWeights> {
  const { File, ready } = await import('h5wasm/node');
  const library = await ready;
  // Else the library prints what it finds wrong, and goes on with a file that is not open.
  library.activate_throwing_error_handler();
  try {
    const opened = new File(path, 'r');
    try {
      return await weightsIn(opened);
    } finally {
      opened.close();
    }
  } catch (error) {
    throw kerasFailures['keras-weights']({ file, why: `no weights of Keras can be read from it: ${reasonOf(error)}` });
  }
}

async function weightsIn(opened: Group): Promise<LayerWeights> {
  const { Dataset, Group } = await import('h5wasm/node');
  const found = new Map<string, ReadonlyMap<string, Weight>>();
  const whole = opened.keys().includes('model_weights') ? opened.get('model_weights') : opened;
  const root = whole instanceof Group ? whole : opened;
  for (const layer of textsOf(root.attrs['layer_names']?.value)) {
    const group = root.get(layer);
    if (!(group instanceof Group)) continue;
    const weights = new Map<string, Weight>();
    for (const name of textsOf(group.attrs['weight_names']?.value)) {
      const dataset = group.get(name);
      if (!(dataset instanceof Dataset) || !(dataset.value instanceof Float32Array))
        throw new Error(`'${layer}/${name}' is no table of 32-bit floats`);
      const kind = name.slice(name.lastIndexOf('/') + 1).replace(/:\d+$/, '');
      weights.set(kind, { dims: dataset.shape ?? [], data: dataset.value });
    }
    found.set(layer, weights);
  }
  if (found.size === 0) throw new Error('it names no layers (layer_names)');
  return found;
}

/** The innermost of HDF5's messages, which come as a stack over many lines. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [, inner] = /^.*#\d+:.*\(\): (.*)$/ms.exec(text) ?? [];
  return (inner ?? text).split('\n')[0] ?? '';
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
