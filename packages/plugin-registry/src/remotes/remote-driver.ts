import { defineDriver } from '@dataset-runner/core/plugin';
import { openRepo } from '../repo/repo.ts';
import { remoteName, remoteTarget } from './remote-target.ts';

/** A remote of a DVC repository, opened by its name: `dvc://storage/home/lab/registry`. */
export const remoteDriver = defineDriver({
  schemes: ['dvc'],
  summary: 'A remote of a DVC repository, with the url and credentials of its config',
  examples: [
    { url: 'dvc://storage/home/lab/registry', about: 'the remote `storage` of the repository in that folder' },
  ],
  // The service behind the remote says what it promises.
  guarantees: { conditionalPut: false, versions: false },
  // All of them stand in the config of the repository.
  options: {},
  async open({ url, context }) {
    const repo = openRepo(decodeURI(url.pathname));
    return context.openDriver(remoteTarget(repo, remoteName(repo, decodeURIComponent(url.host))));
  },
});
