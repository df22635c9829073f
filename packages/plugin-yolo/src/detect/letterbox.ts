import { type RawImage, resizeLinear } from '@dataset-runner/kit/resize';

/** How an image is brought to the input of a model. */
export interface Frame {
  /** Pixels of the input. */
  readonly width: number;
  readonly height: number;
  /** `centred` with RGB from 0 to 1, as Ultralytics; `corner` with BGR from 0 to 255, as YOLOX. */
  readonly style: 'centred' | 'corner';
}

/** Where the image lies in the input. */
export interface Placement {
  /** Pixels of the input for each pixel of the image. */
  readonly gain: number;
  readonly left: number;
  readonly top: number;
}

const padding = 114;

/**
 * Scales an image into the input, its shape kept, and fills the rest with grey 114; returns planes, channels first.
 *
 * Source: `LetterBox` of ultralytics/data/augment.py with `auto=False`, and `preproc` of YOLOX (yolox/data/data_augment.py).
 */
export function letterbox(image: RawImage, frame: Frame): { readonly data: Float32Array; readonly placed: Placement } {
  const { width, height, style } = frame;
  const gain = Math.min(height / image.height, width / image.width);
  const whole = style === 'centred' ? roundHalfEven : Math.floor;
  const [wide, high] = [Math.max(1, whole(image.width * gain)), Math.max(1, whole(image.height * gain))];
  const small = resizeLinear(image, wide, high);
  const left = style === 'centred' ? Math.max(0, Math.round((width - wide) / 2 - 0.1)) : 0;
  const top = style === 'centred' ? Math.max(0, Math.round((height - high) / 2 - 0.1)) : 0;
  const scale = style === 'centred' ? 255 : 1;
  const data = new Float32Array(3 * width * height).fill(padding / scale);
  for (let channel = 0; channel < 3; channel++) {
    // Grey images are the same in all three; a last channel of two or four is how opaque they are.
    const colour = style === 'centred' ? channel : 2 - channel;
    const from = image.channels < 3 ? 0 : colour;
    const plane = channel * width * height;
    for (let y = 0; y < high; y++) {
      let at = plane + (top + y) * width + left;
      for (let x = 0, source = y * wide * image.channels + from; x < wide; x++, source += image.channels)
        data[at++] = small[source]! / scale;
    }
  }
  return { data, placed: { gain, left, top } };
}

// Python's round, which Ultralytics calls.
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
