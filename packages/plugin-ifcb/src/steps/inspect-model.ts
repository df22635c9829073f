import { defineStep, type FileRef, z } from '@dataset-runner/core/plugin';
import { openOnnx } from '@dataset-runner/kit/onnx';
import { utopiaClasses } from '../classify/classes.ts';
import { classifyFailures } from '../classify/failures.ts';
import { planInput } from '../classify/plan-input.ts';
import type { InputPlan, Preset } from '../classify/preprocess.ts';

/** A model to look at, and what it is to be used for. */
export interface ModelToInspect {
  readonly model: FileRef;
  readonly preset: Preset;
  readonly minMax: boolean;
  /** Null: those kept in the model, else the ten of UTOPIA where they fit. */
  readonly classes: readonly string[] | null;
}

export interface InspectedModel {
  readonly plan: InputPlan;
  readonly classes: readonly string[];
}

const namesSchema = z.array(z.string());

/** Finds out what a model takes and gives before a million images wait for it; a wrong one fails here, once. */
export const inspectModel = defineStep({
  name: 'inspect-model',
  needs: { cpu: true, memoryMb: 500 },
  async work(item: ModelToInspect, { localPath }): Promise<InspectedModel> {
    await using model = await openOnnx(await localPath(item.model), { label: item.model.key });
    const plan = planInput(model, item);
    const { height, width, channels, layout } = plan;
    const dims = [plan.fixedBatch ?? 1, ...(layout === 'nhwc' ? [height, width, channels] : [channels, height, width])];
    const data = new Float32Array(dims.reduce((product, side) => product * side, 1));
    // Files do not always say the shape of what the model gives; running it does.
    const [output] = Object.values(await model.run({ [plan.input]: { dims, data } }));
    const given = output?.dims.slice(1) ?? [];
    const classes = item.classes ?? namesIn(model.metadata['classes']) ?? utopiaNames(item.preset, given);
    if (given.length !== 1 || given[0] !== classes.length) {
      const scores = given.length === 0 ? 'no scores' : `${given.join(' x ')} scores`;
      throw classifyFailures['class-count']({ model: item.model.key, scores, classes: classes.length });
    }
    return { plan, classes };
  },
});

function namesIn(text: string | undefined): readonly string[] | undefined {
  try {
    return namesSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

function utopiaNames(preset: Preset, given: readonly number[]): readonly string[] {
  return preset === 'utopia' && given[0] === utopiaClasses.length ? utopiaClasses : [];
}
