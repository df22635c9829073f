import { sep } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * Leaves out of webdav what nobody uses of it. Its package.json does not say that its modules do nothing by themselves, so
 * its client and all that this needs would come with its parser: 90 ms at each start that touches a WebDAV server.
 */
export const pureWebdav: Plugin = {
  name: 'pure-webdav',
  setup(build) {
    const own = ['', 'node_modules', 'webdav', ''].join(sep);
    build.onResolve({ filter: /^webdav$|^\./ }, async ({ path, pluginData, ...from }) => {
      const isOurs = path === 'webdav' || `${from.resolveDir}${sep}`.includes(own);
      // Asked by ourselves a line further down.
      if (!isOurs || pluginData === own) return undefined;
      return { ...(await build.resolve(path, { ...from, pluginData: own })), sideEffects: false };
    });
  },
};
