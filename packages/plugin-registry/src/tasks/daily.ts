// Imported together: each file of its own would cost a command as much as the tasks in it.
export { add } from './add.ts';
export { checkout } from './checkout.ts';
export { commit } from './commit.ts';
export { fetch } from './fetch.ts';
export { init } from './init.ts';
export { pull } from './pull.ts';
export { push } from './push.ts';
export { remote } from './remote.ts';
export { status } from './status.ts';
