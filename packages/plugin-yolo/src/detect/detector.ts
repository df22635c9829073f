import { readFile } from 'node:fs/promises';
import { sha256 } from '@dataset-runner/core/plugin';
import { decodeRaw } from '@dataset-runner/kit/decode';
import { type OnnxModel, openOnnx } from '@dataset-runner/kit/onnx';
import type { RawImage } from '@dataset-runner/kit/resize';
import { yoloFailures } from '../failures.ts';
import { type Candidate, decodeOutput } from './decode-output.ts';
import { betweenCorners, type Detection } from './detection.ts';
import { type Frame, letterbox, type Placement } from './letterbox.ts';
import { readNotes } from './model-notes.ts';
import { type NmsOptions, suppress } from './nms.ts';
import { classesIn, layoutOf, type OutputLayout } from './output-layout.ts';

export interface DetectorOptions extends NmsOptions {
  /** Only detections more confident are kept. */
  readonly over: number;
  readonly labels: 'best' | 'all';
  /** Default: told by the shape of the output. */
  readonly layout?: OutputLayout;
  /** Default: the names noted in the model, else `class_0` and so on. */
  readonly names?: readonly string[];
}

/** What a detector says of itself. */
export interface ModelAbout {
  readonly name: string;
  readonly sha256: string;
  readonly layout: OutputLayout;
  readonly width: number;
  readonly height: number;
  readonly names: readonly string[];
}

export interface ImageDetected {
  readonly width: number;
  readonly height: number;
  /** The most confident first. */
  readonly detections: readonly Detection[];
}

export interface Detector extends AsyncDisposable {
  readonly about: ModelAbout;
  /** Finds objects in an encoded image; throws `yolo.image-unreadable`. */
  detect(bytes: Uint8Array, name: string): Promise<ImageDetected>;
}

/** Loads a detector and tells its layout by a run on zeros; throws `yolo.model-unusable` and `onnx.*`. */
export async function openDetector(path: string, name: string, options: DetectorOptions): Promise<Detector> {
  const model = await openOnnx(path, { label: name });
  const notes = readNotes(model.metadata);
  const unusable = (why: string): Error => yoloFailures['model-unusable']({ model: name, why });
  if (notes.task !== undefined && notes.task !== 'detect') throw unusable(`it is for the task ${notes.task}`);
  const { input, width, height } = inputOf(model, notes.size, unusable);
  const run = async (data: Float32Array) => {
    const outputs = await model.run({ [input]: { dims: [1, 3, height, width], data } });
    const found = Object.values(outputs).find(({ dims }) => dims.length === 3);
    if (found === undefined) throw unusable('none of its outputs has three dimensions');
    return found;
  };
  const { dims } = await run(new Float32Array(3 * width * height));
  const known = options.names ?? notes.names;
  const shape = { width, height, model: name, ...(known === undefined ? {} : { classCount: known.length }) };
  const layout = options.layout ?? layoutOf(dims, shape);
  if (layout === 'end2end' && dims[2] !== 6) throw unusable(`rows of ${dims[2]} numbers are not end2end`);
  const told = classesIn(dims, layout);
  if (known !== undefined && told !== undefined && told !== known.length)
    throw unusable(`it tells ${told} classes apart, and there are ${known.length} names`);
  const names = known ?? Array.from({ length: told ?? 0 }, (_, id) => `class_${id}`);
  const frame: Frame = { width, height, style: layout === 'grid' ? 'corner' : 'centred' };
  return {
    about: { name, sha256: sha256(await readFile(path)).slice(7), layout, width, height, names },
    async detect(bytes, file) {
      // As OpenCV reads it, and as labels of such an image are meant.
      const image = await decodeRaw(bytes, { upright: true });
      if ('problem' in image) throw yoloFailures['image-unreadable']({ image: file, why: image.problem });
      const { data, placed } = letterbox(image, frame);
      const candidates = decodeOutput(await run(data), { ...options, classes: options.labels, layout, width, height });
      const kept = layout === 'end2end' ? candidates.slice(0, options.maxDetections) : suppress(candidates, options);
      return { width: image.width, height: image.height, detections: kept.map((one) => inImage(one, image, placed)) };
    },
    [Symbol.asyncDispose]: () => model[Symbol.asyncDispose](),
  };
}

function inputOf(
  model: OnnxModel,
  noted: readonly [number, number] | undefined,
  unusable: (why: string) => Error,
): { readonly input: string; readonly width: number; readonly height: number } {
  const [first] = model.inputs;
  const [batch, channels, ...size] = first?.dims ?? [];
  if (first?.type !== 'float32' || size.length !== 2 || channels !== 3 || (typeof batch === 'number' && batch !== 1))
    throw unusable(
      `its input is ${first?.type ?? 'missing'} of ${first?.dims.join(' x ')}, not float32 of 1 x 3 x H x W`,
    );
  // A side that may vary is that of the notes, or the usual one.
  const [height = 640, width = 640] = size.map((side, at) =>
    typeof side === 'number' && side > 0 ? side : noted?.[at],
  );
  return { input: first.name, width, height };
}

/** From pixels of the input to shares of the image, cut at its edge. */
function inImage({ class: id, confidence, box }: Candidate, image: RawImage, placed: Placement): Detection {
  const { gain, left, top } = placed;
  const x = (value: number): number => Math.min(1, Math.max(0, (value - left) / gain / image.width));
  const y = (value: number): number => Math.min(1, Math.max(0, (value - top) / gain / image.height));
  return { class: id, confidence, box: betweenCorners(x(box[0]), y(box[1]), x(box[2]), y(box[3])) };
}
