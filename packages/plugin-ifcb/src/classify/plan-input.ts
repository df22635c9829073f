import type { OnnxModel, OnnxValueInfo } from '@dataset-runner/kit/onnx';
import { classifyFailures } from './failures.ts';
import type { InputPlan, Preset } from './preprocess.ts';

/** Sides that models without a fixed one are given. */
const usualSide: { readonly [P in Preset]: number } = { utopia: 128, whoi: 299 };

/**
 * Reads from a model what it takes: one batch of images, channels first or last.
 *
 * Throws `ifcb.model-input` where its input is anything else.
 */
export function planInput(
  model: Pick<OnnxModel, 'inputs' | 'label'>,
  { preset, minMax }: { readonly preset: Preset; readonly minMax: boolean },
): InputPlan {
  const [input, ...others] = model.inputs;
  const wanted = `one batch of float32 images of 1 or 3 channels`;
  const fail = (): Error =>
    classifyFailures['model-input']({ model: model.label, takes: model.inputs.map(inWords).join(' and '), wanted });
  if (input === undefined || others.length > 0 || input.type !== 'float32' || input.dims.length !== 4) throw fail();
  const [batch, ...sides] = input.dims as readonly [number | string, number | string, number | string, number | string];
  const isChannels = (side: number | string): side is 1 | 3 => side === 1 || side === 3;
  const [first, second, last] = sides;
  const layout = isChannels(last) ? 'nhwc' : 'nchw';
  const channels = layout === 'nhwc' ? last : first;
  if (!isChannels(channels)) throw fail();
  const [height, width] = (layout === 'nhwc' ? [first, second] : [second, last]).map((side) =>
    typeof side === 'number' ? side : usualSide[preset],
  ) as [number, number];
  return {
    preset,
    input: input.name,
    height,
    width,
    channels,
    layout,
    minMax,
    ...(typeof batch === 'number' ? { fixedBatch: batch } : {}),
  };
}

function inWords({ name, type, dims }: OnnxValueInfo): string {
  return `${type} '${name}' of ${dims.map((dim) => (dim === '' ? '?' : dim)).join(' x ')}`;
}
