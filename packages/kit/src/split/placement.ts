import type { LabelCount, Unit } from './groups.ts';

/** Where each unit stands while a split is being made, with the running counts that the fillers work towards. */
export class Placement {
  /** By unit index: part index, or -1 while it is open. */
  readonly partOf: Int32Array;
  /** By part, then label: items so far. The last column, one past the labels, counts items of any class. */
  readonly counts: number[][];
  readonly units: readonly Unit[];

  constructor(units: readonly Unit[], partCount: number, classCount: number) {
    this.units = units;
    this.partOf = new Int32Array(units.length).fill(-1);
    this.counts = Array.from({ length: partCount }, () => new Array<number>(classCount + 1).fill(0));
  }

  place(unit: number, part: number): void {
    const before = this.partOf[unit]!;
    if (before >= 0) this.#add(unit, before, -1);
    this.#add(unit, part, 1);
    this.partOf[unit] = part;
  }

  isOpen(unit: number): boolean {
    return this.partOf[unit]! < 0;
  }

  #add(unit: number, part: number, sign: 1 | -1): void {
    const counts = this.counts[part]!;
    for (const { label, count } of this.units[unit]!.labels) counts[label]! += sign * count;
    counts[counts.length - 1]! += sign * this.units[unit]!.items.length;
  }
}

/** The unit's labels and, last, its items under the column that counts items of any class. */
export function columnsOf(unit: Unit, classCount: number): readonly LabelCount[] {
  return [...unit.labels, { label: classCount, count: unit.items.length }];
}
