import type { Seeded } from '@dataset-runner/kit/seeded';
import sharp from 'sharp';
import { between, type Shape } from './species.ts';
import { drawValve } from './valve.ts';

export const plateWidth = 224;
export const plateHeight = 168;

/** How one valve is seen: another view of it is another look at the same shape. */
export interface View {
  /** Degrees. */
  readonly turn: number;
  readonly zoom: number;
  /** Pixels of the middle of the picture. */
  readonly shiftX: number;
  readonly shiftY: number;
  /** Pixels. */
  readonly blur: number;
  readonly light: Light;
}

interface Light {
  /** Of the empty field, 0 to 255. */
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** How much darker the corners are, 0 to 1. */
  readonly vignette: number;
  readonly tiltX: number;
  readonly tiltY: number;
  /** Standard deviation of the camera's noise. */
  readonly noise: number;
}

/** A first view of a valve: any turn, anywhere near the middle, in one lamp's light. */
export function firstView(random: Seeded): View {
  const grey = between(random, 196, 216);
  return {
    turn: between(random, -80, 80),
    zoom: between(random, 0.88, 1.06),
    shiftX: between(random, -10, 10),
    shiftY: between(random, -7, 7),
    blur: between(random, 0.3, 0.7),
    light: {
      red: grey + between(random, 2, 8),
      green: grey,
      blue: grey - between(random, 10, 26),
      vignette: between(random, 0.08, 0.22),
      tiltX: between(random, -0.08, 0.08),
      tiltY: between(random, -0.08, 0.08),
      noise: between(random, 2.2, 4.2),
    },
  };
}

/** The same valve pictured again on the same day: turned a little, refocused. */
export function nextView(view: View, random: Seeded): View {
  return {
    ...view,
    turn: view.turn + between(random, -25, 25),
    zoom: view.zoom * between(random, 0.97, 1.03),
    shiftX: between(random, -12, 12),
    shiftY: between(random, -8, 8),
    blur: between(random, 0.3, 1.1),
  };
}

/** Draws a plate as the microscope shows it, in bright field: SVG for the glass, arithmetic for light and camera. */
export async function drawPlate(shape: Shape, view: View, random: Seeded): Promise<Buffer> {
  const { light } = view;
  const background = `rgb(${light.red | 0},${light.green | 0},${light.blue | 0})`;
  const place = `translate(${plateWidth / 2 + view.shiftX} ${plateHeight / 2 + view.shiftY}) rotate(${view.turn.toFixed(2)}) scale(${view.zoom.toFixed(3)})`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${plateWidth}" height="${plateHeight}"><defs><filter id="soft" x="-30%" y="-30%" width="160%" height="160%"><feGaussianBlur stdDeviation="2.4"/></filter><filter id="far" x="-100%" y="-100%" width="300%" height="300%"><feGaussianBlur stdDeviation="3.2"/></filter></defs><rect width="100%" height="100%" fill="${background}"/>${drawDebris(random)}<g transform="${place}">${drawValve(shape)}</g></svg>`;
  const { data } = await sharp(Buffer.from(svg))
    .removeAlpha()
    .blur(view.blur)
    .raw()
    .toBuffer({ resolveWithObject: true });
  expose(data, light, random);
  return sharp(data, { raw: { width: plateWidth, height: plateHeight, channels: 3 } })
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/** What else lies on a slide: specks in focus, rings of dust far out of it, splinters of other valves. */
function drawDebris(random: Seeded): string {
  const somewhere = (): string =>
    `${between(random, 0, plateWidth).toFixed(1)} ${between(random, 0, plateHeight).toFixed(1)}`;
  const parts: string[] = [];
  for (let speck = random.below(9); speck > 0; speck--) {
    parts.push(
      `<circle r="${between(random, 0.5, 1.7).toFixed(2)}" transform="translate(${somewhere()})" fill="#4a422c" fill-opacity="${between(random, 0.3, 0.7).toFixed(2)}"/>`,
    );
  }
  for (let ring = random.below(3); ring > 0; ring--) {
    parts.push(
      `<circle r="${between(random, 6, 15).toFixed(1)}" transform="translate(${somewhere()})" fill="none" stroke="#6b6248" stroke-opacity=".2" stroke-width="3.4" filter="url(#far)"/>`,
    );
  }
  for (let splinter = random.below(3); splinter > 0; splinter--) {
    const length = between(random, 5, 16);
    parts.push(
      `<path d="M0 0l${length.toFixed(1)} ${between(random, -2, 2).toFixed(1)}l${(-length * 0.7).toFixed(1)} ${between(random, 1.5, 3).toFixed(1)}z" transform="translate(${somewhere()}) rotate(${random.below(360)})" fill="#7d7355" fill-opacity=".3" stroke="#40371f" stroke-opacity=".5" stroke-width=".7"/>`,
    );
  }
  return parts.join('');
}

/** Uneven light and the camera's noise, in place. */
function expose(pixels: Buffer, light: Light, random: Seeded): void {
  for (let y = 0, at = 0; y < plateHeight; y++) {
    const v = (y / plateHeight) * 2 - 1;
    for (let x = 0; x < plateWidth; x++, at += 3) {
      const u = (x / plateWidth) * 2 - 1;
      const gain = 1 - light.vignette * (u * u + v * v) * 0.6 + light.tiltX * u + light.tiltY * v;
      // Three draws summed are near enough to a bell curve; one per pixel, for the noise is the sensor's and grey.
      const noise = (random.unit() + random.unit() + random.unit() - 1.5) * 2 * light.noise;
      for (let channel = 0; channel < 3; channel++) {
        const value = (pixels[at + channel] as number) * gain + noise;
        pixels[at + channel] = value < 0 ? 0 : value > 255 ? 255 : value;
      }
    }
  }
}
