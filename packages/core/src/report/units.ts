/** Numbers as people read them: grouped counts, bytes in powers of 1000, clock times. */

/** Returns a count in groups of three: `8,400`. */
export function count(value: number): string {
  const text = String(Math.round(value));
  return text.length < 4 ? text : text.replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Returns a count with its noun: `1 item`, `8,400 items`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Returns bytes with at most three digits: `512 B`, `1.2 GB`. */
export function bytes(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${byteUnits[unit]}`;
}

/** Returns a stretch of time as a clock shows it: `0:07`, `12:40`, `3:05:00`, `2d 04:10`. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h >= 24) return `${Math.floor(h / 24)}d ${two(h % 24)}:${two(m)}`;
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Returns a stretch of time in words for the end of a sentence: `210 ms`, `4.2 s`, `42 s`, `12 min 40 s`. */
export function took(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 60_000) return `${Math.round(ms / 1000)} s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
  return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
}

/** Returns items or bytes per second: `420/s`, `3.1/s`, `3.1 MB/s`; slower than one in ten seconds is per minute. */
export function rate(perSecond: number, unit: 'items' | 'bytes'): string {
  if (unit === 'bytes') return `${bytes(perSecond)}/s`;
  if (perSecond >= 10) return `${count(perSecond)}/s`;
  if (perSecond >= 0.1) return `${perSecond.toFixed(1)}/s`;
  return `${(perSecond * 60).toFixed(1)}/min`;
}

/** Returns a share as a whole per cent that is 100 only when all is done. */
export function percent(done: number, total: number): string {
  if (total <= 0) return '0 %';
  const value = Math.floor((done / total) * 100);
  return `${Math.min(value, 100)} %`;
}
