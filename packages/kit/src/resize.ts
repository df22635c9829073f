export type { GrayImage, RawImage } from './image/raw-image.ts';
export { type GrayFilter, resizeGray } from './image/resize-gray.ts';
export { resizeLinear } from './image/resize-linear.ts';
