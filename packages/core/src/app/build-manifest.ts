import type { BuiltManifest } from './facade.ts';
export async function buildPluginManifest(dir: string): Promise<BuiltManifest> {
  throw new Error(dir);
}
