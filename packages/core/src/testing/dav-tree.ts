import { createHash } from 'node:crypto';

/** A file or folder of a test server. */
export interface DavNode {
  readonly isFolder: boolean;
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly modifiedMs: number;
}

let changes = 0;

/** The tree behind a test server; paths are decoded, absolute, without a trailing slash; the root is ''. */
export class DavTree {
  readonly nodes = new Map<string, DavNode>([['', folder()]]);

  get(path: string): DavNode | undefined {
    return this.nodes.get(path);
  }

  children(path: string): string[] {
    return [...this.nodes.keys()].filter((other) => other !== '' && parentOf(other) === path);
  }

  below(path: string): string[] {
    return [...this.nodes.keys()].filter((other) => other === path || other.startsWith(`${path}/`));
  }

  /** True when a file or folder may be made at this path. */
  hasParent(path: string): boolean {
    return this.nodes.get(parentOf(path))?.isFolder === true;
  }

  makeFolder(path: string): void {
    this.nodes.set(path, folder());
  }

  writeFile(path: string, bytes: Uint8Array): void {
    const etag = `"${++changes}-${createHash('md5').update(bytes).digest('hex').slice(0, 8)}"`;
    this.nodes.set(path, { isFolder: false, bytes, etag, modifiedMs: Date.now() });
  }

  remove(path: string): void {
    for (const one of this.below(path)) this.nodes.delete(one);
  }

  /** As the standard has it: what lies at the target goes first, folder or not. */
  transfer(method: 'MOVE' | 'COPY', from: string, to: string): void {
    const moving = this.below(from).map((path) => [to + path.slice(from.length), this.nodes.get(path)] as const);
    this.remove(to);
    if (method === 'MOVE') this.remove(from);
    for (const [path, node] of moving) if (node !== undefined) this.nodes.set(path, node);
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function folder(): DavNode {
  return { isFolder: true, bytes: new Uint8Array(), etag: `"${++changes}"`, modifiedMs: Date.now() };
}
