import { definePlugin } from '@dataset-runner/core/plugin';

export default definePlugin({ name: 'registry', api: 1, tasks: {} });
