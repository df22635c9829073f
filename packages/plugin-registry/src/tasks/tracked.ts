// Imported together: see daily.ts.
export { diff } from './diff.ts';
export { gc } from './gc.ts';
export { get } from './get.ts';
export { importTask } from './import.ts';
export { importUrl } from './import-url.ts';
export { list } from './list.ts';
export { move } from './move.ts';
export { remove } from './remove.ts';
export { update } from './update.ts';
