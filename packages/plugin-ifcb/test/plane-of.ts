import type { RawImage } from '@dataset-runner/kit/decode';
import { fillPlane, type InputPlan } from '../src/classify/preprocess.ts';

/** An image as the plan wants it, in a plane that held another image before. */
export function planeOf(image: RawImage, plan: InputPlan): Uint8Array {
  const plane = new Uint8Array(plan.width * plan.height).fill(7);
  fillPlane(plane, image, plan);
  return plane;
}
