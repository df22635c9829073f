import { publishFailures } from '../publish/failures.ts';

/** Whether 05/01/2024 is the 5th of January (`day-first`) or the 1st of May. */
export type DayOrder = 'day-first' | 'month-first';

/** A cell of a column of times, and where it stands. */
export interface TimeCell {
  readonly file: string;
  readonly line: number;
  readonly column: string;
  readonly value: string;
}

// 5/1/2024, 05-01-2024 and 05.01.2024. With the year in front there is one reading alone.
const numeric = /(?<![\d./-])(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?![\d./-])/;
const shortYear = /^\s*\d{1,2}([-/.])\d{1,2}\1\d{2}(?!\d)/;

/** Whether a time is written with day and month in front of the year, both as numbers. */
export function isNumericDate(value: string): boolean {
  return numeric.test(value) || shortYear.test(value);
}

/**
 * The order of day and month of a whole column: one row that can be read in one way alone decides for all of them.
 * Undefined for a column in which every such date is the same day either way, as 05/05/2024.
 *
 * Throws `ifcb.metadata-date` where rows contradict each other or `given`, where nothing decides, and for years of two
 * digits.
 */
export function dayOrderOf(cells: Iterable<TimeCell>, given: DayOrder | undefined): DayOrder | undefined {
  let [order, decidedBy] = [given, given === undefined ? '' : `and --dates says ${given}`];
  let open: TimeCell | undefined;
  for (const cell of cells) {
    if (shortYear.test(cell.value)) throw publishFailures['metadata-date']({ ...cell, why: 'a year of two digits' });
    const [, first, , second] = numeric.exec(cell.value) ?? [];
    if (first === undefined) continue;
    const only = onlyOrder(Number(first), Number(second));
    if (only === undefined) {
      // Two above 12 are no date at all, as reading it will say.
      if (Number(first) !== Number(second) && Number(first) <= 12) open ??= cell;
    } else if (order === undefined) {
      [order, decidedBy] = [only, `and line ${cell.line} ${only}`];
    } else if (order !== only) {
      throw publishFailures['metadata-date']({ ...cell, why: `${only}, ${decidedBy}` });
    }
  }
  if (order === undefined && open !== undefined)
    throw publishFailures['metadata-date']({ ...open, why: 'day-first or month-first, and no other row tells which' });
  return order;
}

function onlyOrder(first: number, second: number): DayOrder | undefined {
  if (first > 12 === second > 12) return undefined;
  return first > 12 ? 'day-first' : 'month-first';
}

/** A time with the year in front, by the order of its column; other times as they are. */
export function yearFirst(value: string, order: DayOrder | undefined): string {
  return value.replace(numeric, (_, first: string, _by, second: string, year: string) => {
    const [month, day] = order === 'day-first' ? [second, first] : [first, second];
    return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  });
}
