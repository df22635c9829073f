import { z } from '@dataset-runner/core/plugin';
import { kerasFailures } from './failures.ts';

const layerSchema = z.object({
  class_name: z.string(),
  name: z.string().optional(),
  config: z.looseObject({ name: z.string().optional() }),
  inbound_nodes: z.array(z.unknown()).default([]),
});
const architectureSchema = z.object({
  class_name: z.string(),
  config: z.object({ name: z.string().default('model'), layers: z.array(layerSchema).min(1) }),
});

/** One layer as its file describes it. */
export interface LayerConfig {
  /** The class in Keras: `Conv2D`, `Dense`, ... */
  readonly kind: string;
  readonly name: string;
  readonly config: { readonly [setting: string]: unknown };
}

/** A chain of layers as its file describes it, in the order of computing. */
export interface Architecture {
  readonly name: string;
  readonly layers: readonly LayerConfig[];
}

/**
 * Reads what `model.to_json()` of Keras 2 writes for a sequential model, or a functional one that is a chain.
 *
 * Throws `ifcb.keras-invalid` for another document and `ifcb.keras-layer` where layers branch or join.
 */
export function readArchitecture(text: string, { file }: { readonly file: string }): Architecture {
  let parsed: z.infer<typeof architectureSchema>;
  try {
    parsed = architectureSchema.parse(JSON.parse(text));
  } catch (error) {
    const why =
      error instanceof z.ZodError
        ? error.issues
            .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
            .join('; ')
        : 'it is no JSON';
    throw kerasFailures['keras-invalid']({ file, why });
  }
  if (!['Model', 'Functional', 'Sequential'].includes(parsed.class_name))
    throw kerasFailures['keras-invalid']({ file, why: `its class is '${parsed.class_name}'` });
  const { name, layers } = parsed.config;
  const found = layers.map((layer) => ({
    kind: layer.class_name,
    name: layer.name ?? layer.config.name ?? '',
    config: layer.config,
    from: layer.inbound_nodes.flatMap((node) => namesIn(node)),
  }));
  if (parsed.class_name === 'Sequential') return { name, layers: found };
  return { name, layers: inOrder(found, file) };
}

interface Joined extends LayerConfig {
  readonly from: readonly string[];
}

// A node of Keras 2: [[name, node index, tensor index, {}], ...], one entry for each layer it takes from.
function namesIn(node: unknown): string[] {
  const entries = z.array(z.tuple([z.string()]).rest(z.unknown())).safeParse(node);
  return entries.success ? entries.data.map(([name]) => name) : ['?'];
}

function inOrder(layers: readonly Joined[], file: string): LayerConfig[] {
  const ordered: LayerConfig[] = [];
  let next = layers.filter(({ from }) => from.length === 0);
  if (next.length !== 1) throw kerasFailures['keras-invalid']({ file, why: `it has ${next.length} inputs` });
  while (next.length > 0) {
    const [layer] = next as [Joined];
    const other = next[1] ?? (layer.from.length > 1 ? layer : undefined);
    if (other !== undefined)
      throw kerasFailures['keras-layer']({ layer: other.name, kind: other.kind, why: 'layers branch or join here' });
    ordered.push(layer);
    next = layers.filter(({ from }) => from.includes(layer.name));
  }
  if (ordered.length !== layers.length)
    throw kerasFailures['keras-invalid']({ file, why: `${layers.length - ordered.length} layers hang on nothing` });
  return ordered;
}
