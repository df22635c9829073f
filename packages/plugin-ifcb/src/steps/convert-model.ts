import { writeFile } from 'node:fs/promises';
import { defineStep, type FileRef, refUrl } from '@dataset-runner/core/plugin';
import { openOnnx } from '@dataset-runner/kit/onnx';
import { writeOnnx } from '@dataset-runner/kit/onnx-write';
import { readArchitecture } from '../keras/architecture.ts';
import { buildNetwork } from '../keras/build-network.ts';
import { compareLayers } from '../keras/compare-layers.ts';
import { toOnnx } from '../keras/to-onnx.ts';
import { readWeights } from '../keras/weights.ts';

/** A Keras model to convert. */
export interface KerasModel {
  /** What the files are called, without ending. */
  readonly name: string;
  readonly architecture: FileRef;
  readonly weights: FileRef;
  /** Names by output; they are kept in the model. */
  readonly classes: readonly string[] | null;
}

export interface ConvertedModel {
  readonly model: FileRef;
  readonly check: FileRef;
  readonly layers: number;
  /** Numbers that training set. */
  readonly weights: number;
  /** The largest difference to the reference, as a share of the largest number of its layer. */
  readonly largestShare: number;
}

/** Writes a Keras model as ONNX, once every layer was found to compute what a reference pass computes. */
export const convertModel = defineStep({
  name: 'convert-model',
  needs: { cpu: true, memoryMb: 1_000 },
  async work(item: KerasModel, { bytes, localPath, scratch, output, log }): Promise<ConvertedModel> {
    const text = Buffer.from(await bytes(item.architecture)).toString('utf8');
    const architecture = readArchitecture(text, { file: refUrl(item.architecture) });
    const file = refUrl(item.weights);
    const weights = await readWeights(await localPath(item.weights), { file });
    const network = buildNetwork(architecture, weights, { file });
    const path = await scratch('every-layer.onnx');
    await writeFile(path, writeOnnx(toOnnx(network, { everyLayer: true })));
    await using model = await openOnnx(path, { label: item.name });
    const layers = await compareLayers(network, model);
    const largestShare = Math.max(...layers.map(({ difference, largest }) => difference / Math.max(1, largest)));
    log(`${layers.length} layers agree with the reference; the largest difference is ${largestShare.toExponential(1)}`);
    const metadata = {
      architecture: item.architecture.key,
      ...(item.classes === null ? {} : { classes: JSON.stringify(item.classes) }),
    };
    const graph = toOnnx(network, { metadata });
    return {
      model: await output.write(`${item.name}.onnx`, writeOnnx(graph)),
      check: await output.write(
        `${item.name}.check.json`,
        `${JSON.stringify({ largestShare, layers }, undefined, 2)}\n`,
      ),
      layers: layers.length,
      weights: graph.constants.reduce((sum, { data }) => sum + data.length, 0),
      largestShare,
    };
  },
});
