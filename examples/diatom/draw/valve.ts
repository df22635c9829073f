import type { CentricShape, PennateShape, Shape } from './species.ts';

const glass = '#8f8467';
const line = '#39321f';

/** A valve as SVG around the origin, apical axis along x. Light bends at its rim: a bright halo, a dark double contour. */
export function drawValve(shape: Shape): string {
  return shape.kind === 'centric' ? drawCentric(shape) : drawPennate(shape);
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function drawPennate(shape: PennateShape): string {
  const { halfLength, contrast } = shape;
  const path = outline(shape, 1);
  const rim = Math.max(1, halfLength * 0.018);
  return [
    `<path d="${path}" fill="none" stroke="#fdf8e6" stroke-opacity=".75" stroke-width="${rim * 5}" filter="url(#soft)"/>`,
    `<path d="${path}" fill="${glass}" fill-opacity=".34"/>`,
    `<path d="${outline(shape, 0.62)}" fill="#f4ecd2" fill-opacity=".28" filter="url(#soft)"/>`,
    drawStriae(shape),
    shape.raphe ? drawRaphe(shape) : '',
    `<path d="${path}" fill="none" stroke="${line}" stroke-opacity="${0.55 + contrast * 0.4}" stroke-width="${rim}"/>`,
    `<path d="${outline(shape, 0.93)}" fill="none" stroke="#efe6c6" stroke-opacity=".55" stroke-width="${rim * 0.7}"/>`,
  ].join('');
}

/** A closed path along both sides; `inset` below 1 draws a smaller valve inside. */
function outline(shape: PennateShape, inset: number): string {
  const steps = 60;
  const side = (sign: number): Point[] =>
    Array.from({ length: steps + 1 }, (_, step) => {
      // Denser near the poles, where the outline turns.
      const t = Math.sin((Math.PI / 2) * ((step / steps) * 2 - 1));
      return at(shape, t * (inset + (1 - inset) * 0.5), sign * inset * shape.halfWidth(t));
    });
  const points = [...side(1), ...side(-1).reverse()];
  return `M${points.map(({ x, y }) => `${x.toFixed(2)} ${y.toFixed(2)}`).join('L')}Z`;
}

function at(shape: PennateShape, t: number, off: number): Point {
  return { x: t * shape.halfLength, y: (shape.bend(t) + off) * shape.halfLength };
}

function drawStriae(shape: PennateShape): string {
  const { striae, lean, axialArea, centralArea, halfLength, pores, contrast } = shape;
  const spacing = (2 * halfLength) / striae;
  const lines: string[] = [];
  for (let index = 0; index < striae; index++) {
    const t = ((index + 0.5) / striae) * 2 - 1;
    const width = shape.halfWidth(t);
    if (width * halfLength < 1.4) continue;
    for (const sign of [1, -1]) {
      // The blank field in the middle has short striae at its edge.
      const inCentre = Math.abs(t) < centralArea;
      const from = inCentre ? 1 - (0.25 + 0.35 * (Math.abs(t) / centralArea)) : axialArea;
      const slope = Math.tan((lean * Math.PI * (1 - Math.abs(t)) * Math.sign(-t)) / 180);
      const shift = (share: number): number => t + slope * width * (1 - share);
      const start = at(shape, shift(from), sign * from * width);
      const end = at(shape, shift(0.94), sign * 0.94 * width);
      lines.push(`M${start.x.toFixed(2)} ${start.y.toFixed(2)}L${end.x.toFixed(2)} ${end.y.toFixed(2)}`);
    }
  }
  const dash = pores[1] === 0 ? '' : ` stroke-dasharray="${pores[0]} ${pores[1]}"`;
  return `<path d="${lines.join('')}" fill="none" stroke="${line}" stroke-opacity="${contrast}" stroke-width="${(spacing * 0.46).toFixed(2)}"${dash}/>`;
}

/** Two slits with a bright ridge between, that stop short of the middle. */
function drawRaphe(shape: PennateShape): string {
  const branch = (from: number, to: number): string =>
    Array.from({ length: 25 }, (_, step) => at(shape, from + ((to - from) * step) / 24, 0))
      .map(({ x, y }, step) => `${step === 0 ? 'M' : 'L'}${x.toFixed(2)} ${y.toFixed(2)}`)
      .join('');
  const path = branch(-0.92, -0.05) + branch(0.05, 0.92);
  const nodule = at(shape, 0, 0);
  return [
    `<path d="${path}" fill="none" stroke="#f6efd8" stroke-opacity=".8" stroke-width="3"/>`,
    `<path d="${path}" fill="none" stroke="${line}" stroke-opacity=".75" stroke-width=".9"/>`,
    `<circle cx="${nodule.x}" cy="${nodule.y}" r="2.2" fill="#f8f2de" fill-opacity=".8"/>`,
  ].join('');
}

function drawCentric({ radius, striae, innerRadius, undulation }: CentricShape): string {
  const rays = Array.from({ length: striae }, (_, index) => {
    const angle = (index / striae) * 2 * Math.PI;
    // Every third ray is a little shorter, as in the real thing.
    const from = radius * (innerRadius + (index % 3 === 0 ? 0.05 : 0));
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return `M${(cos * from).toFixed(2)} ${(sin * from).toFixed(2)}L${(cos * radius * 0.95).toFixed(2)} ${(sin * radius * 0.95).toFixed(2)}`;
  });
  const field = radius * innerRadius;
  const rim = Math.max(1.2, radius * 0.03);
  return [
    `<circle r="${radius}" fill="none" stroke="#fdf8e6" stroke-opacity=".8" stroke-width="${rim * 4}" filter="url(#soft)"/>`,
    `<circle r="${radius}" fill="${glass}" fill-opacity=".36"/>`,
    // The middle field is bent like a wave: the parts that lie nearer look brighter.
    `<ellipse cx="${-field * 0.45}" rx="${field * 0.3}" ry="${field * 0.72}" fill="#fbf5e0" fill-opacity="${undulation * 0.8}" filter="url(#soft)"/>`,
    `<ellipse cx="${field * 0.12}" rx="${field * 0.2}" ry="${field * 0.8}" fill="#4d452f" fill-opacity="${undulation * 0.42}" filter="url(#soft)"/>`,
    `<ellipse cx="${field * 0.55}" rx="${field * 0.22}" ry="${field * 0.62}" fill="#fbf5e0" fill-opacity="${undulation * 0.5}" filter="url(#soft)"/>`,
    `<path d="${rays.join('')}" stroke="${line}" stroke-opacity=".62" stroke-width="${((radius * Math.PI * 0.62) / striae).toFixed(2)}"/>`,
    `<circle r="${field}" fill="none" stroke="${line}" stroke-opacity=".22" stroke-width="1"/>`,
    `<circle r="${radius}" fill="none" stroke="${line}" stroke-opacity=".85" stroke-width="${rim}"/>`,
    `<circle r="${radius * 0.94}" fill="none" stroke="#f3ebcf" stroke-opacity=".55" stroke-width="${rim * 0.6}"/>`,
  ].join('');
}
