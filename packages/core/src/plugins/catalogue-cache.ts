export async function readCatalogueCache(_: unknown): Promise<undefined> { return undefined; }
