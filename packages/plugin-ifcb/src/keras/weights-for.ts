import type { LayerConfig } from './architecture.ts';
import { kerasFailures } from './failures.ts';
import type { Weight } from './network.ts';
import type { LayerWeights } from './weights.ts';

/** The weights of one layer, each asked for with the shape it must have. */
export function weightsFor({ name: layer }: LayerConfig, weights: LayerWeights, file: string) {
  function get(name: string, dims: readonly number[]): Weight {
    const found = weights.get(layer)?.get(name);
    if (found === undefined) throw kerasFailures['keras-weights']({ file, why: `layer '${layer}' has no ${name}` });
    if (found.dims.join() === dims.join()) return found;
    const why = `${name} of layer '${layer}' is ${found.dims.join(' x ')}, not ${dims.join(' x ')}`;
    throw kerasFailures['keras-weights']({ file, why });
  }
  /** `fill`: what stands for a weight that the layer does without. */
  function orFilled(name: string, count: number, fill: number | undefined): Float32Array {
    return fill === undefined ? get(name, [count]).data : new Float32Array(count).fill(fill);
  }
  return { get, orFilled };
}
