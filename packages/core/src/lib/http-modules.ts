// Most commands send no request, and these two take 5 ms to make: they are made for the first one. An import of them by
// name would cost 30 ms, for it makes all their exports.

/** Node's HTTP. */
export function plainHttp(): typeof import('node:http') {
  return process.getBuiltinModule('node:http');
}

/** Node's HTTPS. */
export function secureHttp(): typeof import('node:https') {
  return process.getBuiltinModule('node:https');
}
