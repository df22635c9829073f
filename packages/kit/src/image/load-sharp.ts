import type sharp from 'sharp';

let loading: Promise<{ readonly default: typeof sharp }> | undefined;

/** Loads sharp when an image first needs it: its native libraries take longer to load than many a run lasts. */
export async function loadSharp(): Promise<typeof sharp> {
  loading ??= import('sharp');
  return (await loading).default;
}
