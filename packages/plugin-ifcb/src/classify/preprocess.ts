import { type RawImage, resizeGray, resizeLinear } from '@dataset-runner/kit/resize';
import { opencvGrey } from './opencv-grey.ts';
import { contrastTable } from './stretch-contrast.ts';

/**
 * How an image becomes a model's input.
 *
 * `utopia`: longer side to the model's side, bilinear without anti-aliasing, centred on black, contrast stretched to
 * 0..255. `whoi`: both sides to the model's, bilinear with anti-aliasing, divided by 255, grey repeated in each channel.
 */
export type Preset = 'utopia' | 'whoi';

/** What a model wants, and how images are brought to it. */
export interface InputPlan {
  readonly preset: Preset;
  /** Name of the model's input. */
  readonly input: string;
  /** Pixels. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** `nhwc`: channels last, as Keras; `nchw`: channels first, as PyTorch. */
  readonly layout: 'nhwc' | 'nchw';
  /** Stretch the contrast of the padded image to 0..255; only `utopia` does. */
  readonly minMax: boolean;
  /** Images the model insists on taking at once; absent where any number will do. */
  readonly fixedBatch?: number;
}

/** Fills a plane with one image as the plan wants it: `height * width` grey bytes, rows from the top. */
export function fillPlane(plane: Uint8Array, image: RawImage, plan: InputPlan): void {
  const grey = { ...image, channels: 1 as const, data: opencvGrey(image) };
  if (plan.preset === 'whoi') plane.set(resizeGray(grey, plan.width, plan.height, 'bilinear'));
  else fitAndPad(plane, grey, plan);
}

/** Writes a plane as the `index`-th image of a batch. */
export function writePlane(plane: Uint8Array, plan: InputPlan, batch: Float32Array, index: number): void {
  const { channels, layout } = plan;
  const pixels = plane.length;
  const base = index * pixels * channels;
  if (channels === 1 && plan.preset === 'utopia') return batch.set(plane, base);
  const values = plan.preset === 'whoi' ? shares : wholes;
  const [step, channelStep] = layout === 'nhwc' ? [channels, 1] : [1, pixels];
  for (let channel = 0; channel < channels; channel++) {
    for (let at = 0, to = base + channel * channelStep; at < pixels; at++, to += step) batch[to] = values[plane[at]!]!;
  }
}

/** What a byte becomes: itself, or its share of 255. */
const wholes = Float32Array.from({ length: 256 }, (_, value) => value);
const shares = wholes.map((value) => value / 255);

// Of the training code (cnn_tools.py): sides are cut to whole pixels, not rounded, and a pixel too many goes to the
// right and the bottom. There a very thin image becomes 0 pixels wide and fails; here it keeps one.
function fitAndPad(plane: Uint8Array, image: RawImage, { width, height, minMax }: InputPlan): void {
  const ratio = Math.min(height / image.height, width / image.width);
  const fitWidth = Math.max(1, Math.trunc(image.width * ratio));
  const fitHeight = Math.max(1, Math.trunc(image.height * ratio));
  if (room.length < plane.length) room = new Uint8Array(plane.length);
  const resized = resizeLinear(image, fitWidth, fitHeight, room);
  const isWhole = fitWidth === width && fitHeight === height;
  // The range is that of the padded image. Its black stays black, so only what was there before has to be stretched.
  const table = minMax ? contrastTable(resized, { withBlack: !isWhole }) : undefined;
  if (isWhole && table === undefined) return plane.set(resized);
  plane.fill(0);
  const top = Math.floor((height - fitHeight) / 2);
  const left = Math.floor((width - fitWidth) / 2);
  for (let y = 0, from = 0; y < fitHeight; y++) {
    let to = (top + y) * width + left;
    if (table === undefined) plane.set(resized.subarray(from, from + fitWidth), to);
    else for (let x = 0; x < fitWidth; x++) plane[to++] = table[resized[from + x]!]!;
    from += fitWidth;
  }
}

/** Resized pixels on their way into a plane: made anew for each image they keep the garbage collector busy. */
let room = new Uint8Array();
