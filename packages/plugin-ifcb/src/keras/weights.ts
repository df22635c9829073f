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
  const { File, Dataset, Group, ready } = await import('h5wasm/node');
  await ready;
  const found = new Map<string, ReadonlyMap<string, Weight>>();
  let opened: InstanceType<typeof File>;
  try {
    opened = new File(path, 'r');
  } catch {
    throw kerasFailures['keras-weights']({ file, why: 'it is no HDF5 file' });
  }
  try {
    const whole = opened.get('model_weights');
    const root = whole instanceof Group ? whole : opened;
    for (const layer of textsOf(root.attrs['layer_names']?.value)) {
      const group = root.get(layer);
      if (!(group instanceof Group)) continue;
      const weights = new Map<string, Weight>();
      for (const name of textsOf(group.attrs['weight_names']?.value)) {
        const dataset = group.get(name);
        if (!(dataset instanceof Dataset) || !(dataset.value instanceof Float32Array))
          throw kerasFailures['keras-weights']({ file, why: `'${layer}/${name}' is no table of 32-bit floats` });
        const kind = name.slice(name.lastIndexOf('/') + 1).replace(/:\d+$/, '');
        weights.set(kind, { dims: dataset.shape ?? [], data: dataset.value });
      }
      found.set(layer, weights);
    }
  } finally {
    opened.close();
  }
  if (found.size === 0) throw kerasFailures['keras-weights']({ file, why: 'it names no layers (layer_names)' });
  return found;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
