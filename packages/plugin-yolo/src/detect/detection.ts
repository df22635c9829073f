/** Centre x, centre y, width, height as shares of the image, 0 to 1. */
export type ShareBox = readonly [xc: number, yc: number, w: number, h: number];

/** An object that a model says it sees. */
export interface Detection {
  /** Index into the classes of the model. */
  readonly class: number;
  /** 0 to 1. */
  readonly confidence: number;
  readonly box: ShareBox;
}

/** Corners of a share box, in shares: left, top, right, bottom. */
export function cornersOf([xc, yc, w, h]: ShareBox): readonly [number, number, number, number] {
  return [xc - w / 2, yc - h / 2, xc + w / 2, yc + h / 2];
}

/** The share box between two corners. */
export function betweenCorners(x1: number, y1: number, x2: number, y2: number): ShareBox {
  return [(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1];
}

/** Numbers to `places` decimals, as files hold them. */
export function roundedBox(box: ShareBox, places = 6): ShareBox {
  return box.map((value) => Number(value.toFixed(places))) as unknown as ShareBox;
}
