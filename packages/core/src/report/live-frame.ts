import { clock, count, bytes as inBytes, percent, rate } from './units.ts';
import type { ItemView, MapView, RunView } from './run-view.ts';
import type { Style } from './style.ts';
import { cut, pad, textWidth } from './width.ts';
import { shownKey } from '../lib/shown-key.ts';

/** What a frame is drawn for. */
export interface FrameSpace {
  readonly width: number;
  readonly height: number;
  readonly nowMs: number;
  readonly style: Style;
  /** Said in the header while the run is being stopped. */
  readonly stopping: boolean;
}

const itemsPerMap = 4;
// An item done within a second or two would only flicker past.
const itemShownAfterMs = 1_500;

/** Returns the lines of the live display, none wider than the space, at most as many as fit. */
export function liveFrame(view: RunView, space: FrameSpace): string[] {
  // One row stays free: a display as high as the terminal scrolls its own head away.
  const room = Math.max(2, space.height - 2);
  const columns = layOut(view, space);
  const blocks = view.maps.map((map) => ({ map, lines: [mapLine(map, columns, space), ...itemLines(map, space)] }));
  const lines = chooseBlocks(blocks, room - 1, space);
  return [headLine(view, space), ...lines];
}

function headLine(view: RunView, space: FrameSpace): string {
  const { style } = space;
  const state = space.stopping ? '  stopping' : view.dryRun ? '  dry run' : '';
  // A dry run has no number: it leaves no trace.
  const number = view.dryRun ? '' : `run ${view.run} ${style.signs.dot} `;
  const about = number + clock(space.nowMs - view.startedMs);
  const right = space.width >= 40 ? about : '';
  const left = cut(view.task, Math.max(4, space.width - textWidth(right) - textWidth(state) - 2), 'middle');
  const gap = ' '.repeat(Math.max(1, space.width - textWidth(left) - textWidth(state) - textWidth(right)));
  return `${style.bold(left)}${style.notice(state)}${gap}${style.dim(right)}`;
}

/** Cells of each column; 0 leaves it out. */
interface Columns {
  readonly name: number;
  readonly bar: number;
  readonly tally: number;
  readonly notes: number;
  readonly rate: number;
  readonly bytes: number;
  readonly left: number;
}

// What is dropped first when the terminal is narrow: bytes, then the rate; the time left is asked for most.
function layOut(view: RunView, space: FrameSpace): Columns {
  const widest = (texts: readonly string[]): number => texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
  const maps = view.maps;
  const tally = widest(maps.map(tallyOf));
  const allNotes = widest(maps.map((map) => notesOf(map, space.style.signs.dot)));
  const notes = 2 + 8 + 2 + tally + 2 + allNotes <= space.width ? allNotes : 0;
  const roomForName = space.width - 2 - 2 - tally - (notes > 0 ? notes + 2 : 0);
  const name = Math.max(
    1,
    Math.min(widest(maps.map((map) => map.name)), roomForName, Math.max(8, Math.floor(space.width / 4))),
  );
  const wanted = { rate: 10, bytes: 8, bytesAndRate: 20, left: 12 };
  const fixed = 2 + name + 2 + tally + (notes > 0 ? notes + 2 : 0);
  let spare = space.width - fixed - 2 - 8;
  const take = (cells: number): number => {
    if (spare < cells + 2) return 0;
    spare -= cells + 2;
    return cells;
  };
  const left = take(wanted.left);
  const rateCells = take(wanted.rate);
  // Only where there is room to spare, the speed of bytes stands behind their number.
  const bytesCells = spare > 60 ? take(wanted.bytesAndRate) : take(wanted.bytes);
  const bar = spare + 8 < 8 ? 0 : Math.min(40, spare + 8);
  return { name, bar, tally, notes, rate: rateCells, bytes: bytesCells, left };
}

/** Items that need no more work, whatever came of them. */
function settled(map: MapView): number {
  return map.counts.done + map.counts.reused + map.counts.failed;
}

function tallyOf(map: MapView): string {
  if (map.once) return '';
  // The plus says that more are still being found.
  return `${count(settled(map))}/${count(map.counts.total)}${map.counts.planned ? '' : '+'}`;
}

function notesOf(map: MapView, dot: string): string {
  const notes: string[] = [];
  if (map.counts.reused > 0 && !map.once) notes.push(`${count(map.counts.reused)} reused`);
  if (map.counts.failed > 0) notes.push(map.once ? 'failed' : `${count(map.counts.failed)} failed`);
  return notes.join(` ${dot} `);
}

function mapLine(map: MapView, columns: Columns, space: FrameSpace): string {
  const { style, nowMs } = space;
  const waiting = map.state === 'planning' && map.counts.total === 0;
  const cells = [pad(waiting ? style.dim(cut(map.name, columns.name)) : cut(map.name, columns.name), columns.name)];
  if (columns.bar > 0) cells.push(bar(map, columns.bar, style));
  cells.push(pad(waiting ? '' : tallyOf(map), columns.tally, 'left'));
  if (columns.notes > 0) {
    const notes = notesOf(map, style.signs.dot);
    cells.push(pad(map.counts.failed > 0 ? style.bad(notes) : style.dim(notes), columns.notes));
  }
  const perSecond = map.state === 'running' ? map.items.perSecond(nowMs) : undefined;
  if (columns.rate > 0)
    cells.push(pad(perSecond === undefined || map.once ? '' : rate(perSecond, 'items'), columns.rate, 'left'));
  if (columns.bytes > 0) cells.push(pad(bytesOf(map, columns.bytes, nowMs), columns.bytes, 'left'));
  if (columns.left > 0) cells.push(pad(timeOf(map, perSecond, nowMs), columns.left, 'left'));
  return `${signOf(map, space)} ${cells.join('  ')}`.trimEnd();
}

/** The first cell of a line: failed, finished, waiting, or a wheel that turns while work goes on. */
function signOf(map: MapView, { style, nowMs }: FrameSpace): string {
  const { signs } = style;
  // ASCII signs may be two wide; the first letter keeps the columns.
  if (map.counts.failed > 0 && map.state === 'finished') return style.bad(signs.bad);
  if (map.state === 'finished') return style.good(signs.ok.slice(0, 1));
  if (map.state === 'planning' && map.counts.total === 0) return style.dim(signs.waiting);
  return style.name(signs.running[Math.floor(nowMs / 100) % signs.running.length] as string);
}

function bytesOf(map: MapView, cells: number, nowMs: number): string {
  if (map.counts.sizeBytes === 0) return '';
  const size = inBytes(map.counts.sizeBytes);
  const perSecond = map.state === 'running' && cells > 8 ? map.bytes.perSecond(nowMs) : undefined;
  return perSecond === undefined ? size : `${size}  ${rate(perSecond, 'bytes')}`;
}

// The time left is a promise: none is made while items are still being found or nothing was measured.
function timeOf(map: MapView, perSecond: number | undefined, nowMs: number): string {
  if (map.state === 'finished') return clock((map.finishedMs ?? nowMs) - map.startedMs);
  if (map.once) return clock(nowMs - map.startedMs);
  if (perSecond === undefined || !map.counts.planned) return '';
  return `${clock(((map.counts.total - settled(map)) / perSecond) * 1000)} left`;
}

/** A bar of three parts: what is good, what failed, what is left; dots where the end is not known yet. */
function bar(map: MapView, width: number, style: Style): string {
  const { total, planned, failed } = map.counts;
  const { barFull, barEmpty } = style.signs;
  if (map.once && map.state !== 'finished') return style.dim(barEmpty.repeat(width));
  const of = map.state === 'finished' ? Math.max(1, total) : total;
  const share = (value: number): number => (of === 0 ? 0 : Math.floor((value / of) * width));
  const full = map.state === 'finished' && failed === 0 ? width : share(settled(map));
  // One failed item of a million must still be seen.
  const bad = failed === 0 ? 0 : Math.max(1, share(failed));
  const good = Math.max(0, full - bad);
  const rest = width - good - bad;
  const paint = map.state === 'finished' ? style.good : style.name;
  return (
    paint(barFull.repeat(good)) + style.bad(barFull.repeat(bad)) + style.dim((planned ? barEmpty : '·').repeat(rest))
  );
}

function itemLines(map: MapView, space: FrameSpace): string[] {
  const slow = [...map.open.values()].filter((item) => space.nowMs - item.startedMs >= itemShownAfterMs);
  const lines = slow.slice(0, itemsPerMap).map((item) => itemLine(item, space));
  // Hundreds in parallel are told by the map's own line; a few words keep the display still.
  if (slow.length > itemsPerMap) lines.push(space.style.dim(`      and ${slow.length - itemsPerMap} more`));
  return lines;
}

// A key keeps both its ends when it is cut: the folder and the file name tell it apart.
function itemLine(item: ItemView, space: FrameSpace): string {
  const far =
    item.total === undefined ? amount(item.done) : `${percent(item.done, item.total)} of ${amount(item.total)}`;
  const room = space.width - 6 - 2 - textWidth(far);
  if (room < 4) return `      ${cut(far, space.width - 6)}`;
  const name = cut(shownKey(item.key), room, 'middle');
  return `      ${space.style.dim(pad(name, Math.min(40, room)))}  ${far}`;
}

// Progress has no unit; what is beyond 100,000 is bytes in all but name.
function amount(value: number): string {
  return value >= 100_000 ? inBytes(value) : count(value);
}

type Block = { readonly map: MapView; readonly lines: readonly string[] };

/** Running maps come first when not all fit; what is left out is said in one line. */
function chooseBlocks(blocks: readonly Block[], room: number, space: FrameSpace): string[] {
  const all = blocks.flatMap((block) => block.lines);
  if (all.length <= room) return all;
  const heads = blocks.map((block) => block.lines[0] as string);
  if (heads.length <= room) return heads;
  const urgency = { running: 0, planning: 1, finished: 2 } as const;
  const kept = new Set(
    blocks
      .toSorted((a, b) => urgency[a.map.state] - urgency[b.map.state])
      .slice(0, Math.max(0, room - 1))
      .map((block) => block.map.id),
  );
  const hidden = blocks.filter((block) => !kept.has(block.map.id));
  const finished = hidden.filter((block) => block.map.state === 'finished').length;
  const shown = blocks.filter((block) => kept.has(block.map.id)).map((block) => block.lines[0] as string);
  return [...shown, space.style.dim(cut(`  and ${hidden.length} more, ${finished} of them finished`, space.width))];
}
