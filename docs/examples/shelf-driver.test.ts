import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { driverContract, ManagedStore } from '@dataset-runner/core/testing';
import { shelf } from './shelf-driver.ts';

driverContract('shelf', {
  listFiles: 1_100, // more than two pages of the driver
  async open() {
    const folder = mkdtempSync(join(tmpdir(), 'shelf-'));
    const url = new URL(pathToFileURL(join(folder, 'a.db')).href.replace(/^file:/, 'shelf:'));
    const driver = await shelf.open({
      url,
      options: {},
      context: {
        projectDir: folder,
        workDir: folder,
        allowHosts: [],
        patiently: (request) => request(),
        note: () => undefined,
        openDriver: () => Promise.reject(new Error('a shelf stands for itself')),
      },
    });
    const store = new ManagedStore({ place: 'shelf:', driver, guarantees: shelf.guarantees });
    return {
      store,
      async dispose() {
        await store.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  },
});
