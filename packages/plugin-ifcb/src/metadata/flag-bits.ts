const names = [
  'good',
  'incomplete',
  'bad',
  'questionable',
  'custom trigger',
  'flush',
  'custom volume',
  'bad alignment',
  'bad focus',
  'time offset',
  'corrupted',
  'questionable alignment',
];

/**
 * The bits of a flag: a number, or names joined by `;` (`bad focus;flush` is 288), which may end it too; undefined for a
 * name nobody knows, and for no name at all.
 * `good` is 1, each next name the next bit. Every name counts, not the last one alone.
 */
export function flagBits(text: string): number | undefined {
  if (/^\d+$/.test(text.trim())) return Number(text);
  let bits = 0;
  const parts = text.split(';').filter((part) => part.trim() !== '');
  if (parts.length === 0) return undefined;
  for (const part of parts) {
    const name = part.trim().toLowerCase().replaceAll('_', ' ');
    const bit = names.indexOf(name === 'aborted' ? 'incomplete' : name);
    if (bit < 0) return undefined;
    bits |= 1 << bit;
  }
  return bits;
}
